import { basename, resolve } from 'node:path'
import { UserError } from '../../errors/index.ts'
import { readBoundedFile } from '../../files/index.ts'
import { readMooncakeTrace, workloadKinds, type Workload } from '../../simulate/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { readInteger, readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

/** A workload, and what it is for people. */
export interface ReadWorkload {
  readonly workload: Workload
  /** What comes, or the file. */
  readonly summary: string
  /** Where its figures come from; null of a trace. */
  readonly source: string | null
}

/** Of a trace: more than a million requests such as Mooncake's, and less than the longest text that V8 holds. */
const traceLimitBytes = 500_000_000

/** The requests that the command line means. @throws UserError for a trace that cannot be read, with its lines. */
export async function readWorkload(
  options: CommandInput['options'],
  seed: number,
  { workingFolder }: CommandContext,
): Promise<ReadWorkload> {
  const trace = readText(options['trace'])
  const named = readText(options['workload'])
  const requests = readInteger(options['requests'])
  if (trace === undefined) return makeWorkload(named, seed, requests)
  if (named !== undefined) {
    throw usageError({ what: '--trace and --workload are two loads', mend: 'Give one of them.' })
  }
  const bytes = await readBoundedFile(resolve(workingFolder, trace), traceLimitBytes)
  const workload = readMooncakeTrace(decode(bytes, trace), trace, basename(trace))
  return { workload: firstOf(workload, requests), summary: `the trace ${trace}`, source: null }
}

function makeWorkload(named: string | undefined, seed: number, requests: number | undefined): ReadWorkload {
  const kind = workloadKinds.find(({ name }) => name === named) ?? workloadKinds[0]
  if (kind === undefined) throw new Error('there is no workload')
  const workload = kind.make({ seed, ...(requests === undefined ? {} : { requests }) })
  return { workload, summary: kind.summary, source: kind.source }
}

const firstOf = (workload: Workload, requests: number | undefined): Workload =>
  requests === undefined ? workload : { ...workload, requests: workload.requests.slice(0, requests) }

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new UserError({
      what: `${file} is no text`,
      where: file,
      why: 'It is not UTF-8; a compressed trace has to be unpacked first.',
      mend: 'Unpack it, or name a trace of JSON lines.',
      cause: error,
    })
  }
}
