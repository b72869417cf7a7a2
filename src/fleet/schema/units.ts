import { z } from 'zod'

/** A span of time in milliseconds, once resolved. */
export type Milliseconds = number
/** A size in bytes, once resolved. */
export type Bytes = number
/** A count of tokens, once resolved. */
export type Tokens = number

const millisecondsPer: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads `300ms`, `5s`, `1m30s`, `2h` (Go's duration syntax, plus `d`); undefined when it is none of these. */
export function parseDuration(text: string): Milliseconds | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (millisecondsPer[unit ?? ''] ?? 0)
  }
  return Number.isFinite(total) ? Math.round(total) : undefined
}

const bytesPer: Record<string, number> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

/** Reads a Kubernetes quantity of bytes: `8Gi`, `500M`, `1048576`; undefined when it is none. */
export function parseBytes(text: string): Bytes | undefined {
  const match = /^(\d+(?:\.\d+)?)(|k|M|G|T|Ki|Mi|Gi|Ti)$/.exec(text)
  if (match === null) return undefined
  return Math.round(Number(match[1]) * (bytesPer[match[2] ?? ''] ?? 1))
}

/** Reads a token count: `4096`, `32k` (32 × 1024, as model cards mean it), `1M` (1024 × 1024). */
export function parseTokens(text: string): Tokens | undefined {
  const match = /^(\d+(?:\.\d+)?)(|k|K|m|M)$/.exec(text)
  if (match === null) return undefined
  const scale = { '': 1, k: 1024, m: 1024 * 1024 }[(match[2] ?? '').toLowerCase()] ?? 1
  return Math.round(Number(match[1]) * scale)
}

/** Reads CPU cores as Kubernetes writes them: `4`, `1.5`, `500m` (thousandths); undefined when it is none. */
export function parseCpus(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(text)
  if (match === null) return undefined
  return Number(match[1]) / (match[2] === 'm' ? 1_000 : 1)
}

/** What a unit is called in messages, and how it is written. */
export const unitExpectations = {
  duration: 'a duration such as 500ms, 5s, 1m30s or 2h',
  bytes: 'a size such as 8Gi, 500M or a whole number of bytes',
  tokens: 'a number of tokens such as 4096 or 32k (32 × 1024)',
  cpus: 'a number of CPU cores such as 4 or 500m (half a core)',
} as const
/** The unit of a field; stands in its JSON Schema as `x-fairlead-kind`. */
export type UnitName = keyof typeof unitExpectations

/** How each unit is read. */
export const unitParsers: Readonly<Record<UnitName, (text: string) => number | undefined>> = {
  duration: parseDuration,
  bytes: parseBytes,
  tokens: parseTokens,
  cpus: parseCpus,
}

/** Reads a written amount, or reports what was expected. */
const reading =
  (unit: UnitName) =>
  (value: string | number, context: z.RefinementCtx): number => {
    const amount = unitParsers[unit](String(value))
    if (amount !== undefined && amount <= Number.MAX_SAFE_INTEGER) return amount
    context.addIssue({ code: 'custom', message: `expected ${unitExpectations[unit]}`, input: value })
    return z.NEVER
  }

/** A schema of an int-or-string that is an amount. */
const intOrString = (unit: UnitName) =>
  z
    .union([z.int().min(0), z.string().max(32)])
    .transform(reading(unit))
    .meta({ 'x-fairlead-kind': unit })

/** `5s`, `1m30s`; resolved to milliseconds. */
export const duration = () => z.string().max(32).transform(reading('duration')).meta({ 'x-fairlead-kind': 'duration' })
/** `8Gi`, `500M` or a number of bytes; resolved to bytes. */
export const bytes = () => intOrString('bytes')
/** `32k` or a number of tokens; resolved to tokens. */
export const tokens = () => intOrString('tokens')
/** `4` or `500m`; resolved to cores. */
export const cpus = () => intOrString('cpus')
