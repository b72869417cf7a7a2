/** A line of a trace, checked. */
export interface TraceLine {
  /** 1-based, in the file. */
  readonly number: number
  /** Milliseconds. */
  readonly timestamp: number
  readonly inputLength: number
  /** At least 1: an answer of no tokens still makes one. */
  readonly outputLength: number
  readonly hashIds: readonly (number | string)[]
  /** Who asked; none where the trace does not say. */
  readonly tenant?: string
  /** Higher goes first, below 0 is shed first; 0 where the trace does not say. */
  readonly priority?: number
}

/** Tokens of a prompt or an answer at the most. */
const mostTokens = 10_000_000
/** A hundred years in milliseconds, so that clocks that count from 1970 fit. */
const mostMs = 3_200_000_000_000
/** Characters of a line at the most: two million ids. */
const mostCharacters = 20_000_000
/** Characters of a tenant's name at the most. */
const mostName = 256

/** The line, or what is wrong with it. Fields that are not known are passed over. */
export function readTraceLine(line: string): Omit<TraceLine, 'number'> | string {
  if (line.length > mostCharacters) return `the line is longer than ${mostCharacters.toLocaleString('en')} characters`
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return `no JSON: ${excerpt(line)}`
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `expected an object, found ${excerpt(line)}`
  }
  const fields = value as Readonly<Record<string, unknown>>
  const missing = ['timestamp', 'input_length', 'output_length', 'hash_ids'].filter(
    (name) => !Object.hasOwn(fields, name),
  )
  if (missing.length > 0) return `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`
  const { timestamp, input_length: input, output_length: output, hash_ids: ids } = fields
  if (!isNumberTo(timestamp, mostMs)) return wrong('timestamp', 'milliseconds, 0 or more', timestamp)
  if (!isWholeTo(input, mostTokens) || input === 0) return wrong('input_length', 'tokens, 1 or more', input)
  if (!isWholeTo(output, mostTokens)) return wrong('output_length', 'tokens, 0 or more', output)
  if (!isIds(ids)) return wrong('hash_ids', 'a list of ids, whole numbers or text', ids)
  const { tenant, priority } = fields
  if (tenant !== undefined && (typeof tenant !== 'string' || tenant.length > mostName)) {
    return wrong('tenant', `a text of ${mostName} characters at the most`, tenant)
  }
  if (priority !== undefined && !isPriority(priority))
    return wrong('priority', 'a whole number, -1000 to 1000', priority)
  return {
    timestamp,
    inputLength: input,
    outputLength: Math.max(1, output),
    hashIds: ids,
    ...(tenant === undefined ? {} : { tenant }),
    ...(priority === undefined ? {} : { priority }),
  }
}

const isNumberTo = (value: unknown, most: number): value is number =>
  typeof value === 'number' && value >= 0 && value <= most

const isWholeTo = (value: unknown, most: number): value is number => isNumberTo(value, most) && Number.isInteger(value)

/** As levels of a Fleet's `flow.priorities`. */
const isPriority = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 1000

const isIds = (value: unknown): value is (number | string)[] =>
  Array.isArray(value) && value.every((id) => typeof id === 'string' || Number.isInteger(id))

const wrong = (name: string, expected: string, value: unknown) =>
  `${name} is ${excerpt(JSON.stringify(value))}, expected ${expected}`

const excerpt = (text: string) => (text.length > 60 ? `${text.slice(0, 60).trim()} …` : text.trim())
