import { UserError, type ErrorFinding } from '../../errors/index.ts'
import type { Workload, WorkloadRequest } from '../contract.ts'
import { inferBlockTokens } from './infer-block-tokens.ts'
import { readTraceLine, type TraceLine } from './trace-line.ts'

/** Requests of a trace at the most. */
const mostTraceRequests = 1_000_000
/** A year in milliseconds: whatever comes later comes by another clock. */
const mostSpanMs = 366 * 86_400_000
/** Problems told at once; more help nobody. */
const mostFindings = 20

/**
 * A trace in the format of the Mooncake traces (github.com/kvcache-ai/Mooncake, FAST25-release): JSON lines with
 * `timestamp` (milliseconds), `input_length`, `output_length` (tokens) and `hash_ids`, one id a block of the prompt; `tenant`
 * and `priority` where somebody added them. Requests
 * are sorted by time, the first comes at 0, and ids become whole numbers from 0 on.
 * @param file what the text is called, for problems.
 * @throws UserError with the line of every problem.
 */
export function readMooncakeTrace(text: string, file: string, name = file): Workload {
  const lines: TraceLine[] = []
  const findings: ErrorFinding[] = []
  let number = 0
  for (const line of eachLine(text)) {
    number++
    if (line.trim() === '') continue
    const read = readTraceLine(line)
    if (typeof read === 'string') findings.push(findingAt(file, number, read))
    else lines.push({ ...read, number })
    if (findings.length > mostFindings) break
    if (lines.length > mostTraceRequests) {
      throw refuse(file, [findingAt(file, number, `more than ${mostTraceRequests.toLocaleString('en')} requests`)])
    }
  }
  if (findings.length > 0) throw refuse(file, findings)
  if (lines.length === 0) throw refuse(file, [findingAt(file, 1, 'the trace holds no request')])
  const late = findLate(lines)
  if (late !== null) throw refuse(file, [findingAt(file, late.line, late.message)])
  const blocks = inferBlockTokens(lines)
  if (blocks.kind === 'mismatch') throw refuse(file, [findingAt(file, blocks.line, blocks.message)])
  return { name, blockTokens: blocks.tokens, requests: toRequests(lines) }
}

function* eachLine(text: string): Generator<string> {
  let start = text.startsWith('\uFEFF') ? 1 : 0
  while (start < text.length) {
    const end = text.indexOf('\n', start)
    yield text.slice(start, end === -1 ? text.length : end)
    start = end === -1 ? text.length : end + 1
  }
}

/** The first line that comes more than a year after another; null where there is none. */
function findLate(lines: readonly TraceLine[]): { readonly line: number; readonly message: string } | null {
  const first = lines.reduce((least, line) => (line.timestamp < least.timestamp ? line : least))
  const late = lines.find(({ timestamp }) => timestamp - first.timestamp > mostSpanMs)
  if (late === undefined) return null
  return {
    line: late.number,
    message: `timestamp is ${late.timestamp}, more than a year after that of line ${first.number}, which is ${first.timestamp}`,
  }
}

function toRequests(lines: readonly TraceLine[]): WorkloadRequest[] {
  const ids = new Map<number | string, number>()
  const idOf = (hash: number | string) => {
    const known = ids.get(hash)
    if (known !== undefined) return known
    ids.set(hash, ids.size)
    return ids.size - 1
  }
  const sorted = lines.toSorted((one, other) => one.timestamp - other.timestamp)
  const first = sorted[0]?.timestamp ?? 0
  return sorted.map(({ timestamp, inputLength, outputLength, hashIds, tenant = 'default', priority = 0 }) => ({
    atMs: timestamp - first,
    after: -1,
    promptTokens: inputLength,
    outputTokens: outputLength,
    blocks: hashIds.map(idOf),
    session: null,
    tenant,
    priority,
  }))
}

const findingAt = (file: string, line: number, message: string): ErrorFinding => ({
  severity: 'error',
  file,
  line,
  column: 1,
  message,
})

function refuse(file: string, findings: readonly ErrorFinding[]): UserError {
  const shown = findings.slice(0, mostFindings)
  const more = findings.length > shown.length ? ['… and more'] : []
  return new UserError({
    what: `${file} is not a trace that can be simulated`,
    where: file,
    why: [...shown.map(({ line, message }) => `${file}:${line}: ${message}`), ...more].join('\n'),
    mend: 'Give JSON lines as {"timestamp": 0, "input_length": 1200, "output_length": 80, "hash_ids": [0, 1, 2]}.',
    findings: shown,
  })
}
