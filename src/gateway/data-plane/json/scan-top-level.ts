/**
 * Finds the top-level fields of a JSON object that the gateway acts on, without parsing the rest: nesting is walked,
 * strings are skipped. One pass, no allocation a value. The grammar is RFC 8259, except that the inside of a long
 * string (control characters, unknown escapes) is left for the engine to judge.
 */

/** Fields that the gateway reads. */
export const scannedFields = [
  'model',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'user',
  'messages',
  'prompt',
  'input',
  'tools',
] as const
/** One of the fields that the gateway reads. */
type ScannedField = (typeof scannedFields)[number]

/** Bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What a body holds at its top level. */
export interface TopLevelFields {
  /** Where a first field can be inserted: after the opening brace. */
  readonly insertAt: number
  /** Whether the object has no field at all. */
  readonly isEmpty: boolean
  /** The bytes of each value, quotes included. */
  readonly values: { [Field in ScannedField]?: ByteRange }
  /** A field of the list that stands there twice; readers differ in which of the two counts. */
  readonly repeated: ScannedField | null
}

/** Deeper nesting is refused: Python's parsers, which most engines use, stop near 1,000. */
export const maxNesting = 500

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const ZERO = 0x30
const NINE = 0x39

/**
 * Byte by byte up to here, then by native search: its call costs about as much as this many steps. Text that is full of
 * escaped quotes, such as code, would end each search soon, so every such end widens the stretch.
 */
const nearBytes = 32
const widestBytes = 64 * 1024

/** A key is compared with the names of its length only. */
const fieldsByLength: (ScannedField[] | undefined)[] = []
for (const field of scannedFields) (fieldsByLength[field.length] ??= []).push(field)

/** Kinds of the open containers, innermost last; shared, since a scan never yields. */
const nesting = new Uint8Array(maxNesting)
const OBJECT = 1
const ARRAY = 2
const literals = { 0x74: Buffer.from('true'), 0x66: Buffer.from('false'), 0x6e: Buffer.from('null') } as const

/** Failure at `at`, as a negative number; `~` brings the position back. */
const fail = (at: number): number => ~at

/** The index of the first byte that is no blank, from `start` on. */
export function skipBlanks(body: Buffer, start: number): number {
  let at = start
  for (;;) {
    const byte = body[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
    at += 1
  }
}

/** The index after the closing quote of the string whose opening quote is at `start`. */
function endOfString(body: Buffer, start: number): number {
  let at = start + 1
  let stretch = nearBytes
  for (;;) {
    const near = Math.min(at + stretch, body.length)
    while (at < near) {
      const byte = body[at] ?? 0
      if (byte === QUOTE) return at + 1
      if (byte < 0x20) return fail(at)
      at += byte === BACKSLASH ? 2 : 1
    }
    const quote = body.indexOf(QUOTE, at)
    if (quote < 0) return fail(body.length)
    let before = quote - 1
    while (before >= at && body[before] === BACKSLASH) before -= 1
    if ((quote - 1 - before) % 2 === 0) return quote + 1
    at = quote + 1
    stretch = Math.min(4 * stretch, widestBytes)
  }
}

function skipDigits(body: Buffer, start: number): number {
  let at = start
  for (;;) {
    const byte = body[at] ?? 0
    if (byte < ZERO || byte > NINE) return at
    at += 1
  }
}

function endOfNumber(body: Buffer, start: number): number {
  let at = body[start] === 0x2d ? start + 1 : start
  const integer = at
  at = skipDigits(body, at)
  if (at === integer) return fail(at)
  if (body[integer] === ZERO && at > integer + 1) return fail(integer + 1)
  if (body[at] === 0x2e) {
    const fraction = at + 1
    at = skipDigits(body, fraction)
    if (at === fraction) return fail(at)
  }
  if (body[at] === 0x65 || body[at] === 0x45) {
    at += body[at + 1] === 0x2b || body[at + 1] === 0x2d ? 2 : 1
    const exponent = at
    at = skipDigits(body, exponent)
    if (at === exponent) return fail(at)
  }
  return at
}

function endOfScalar(body: Buffer, start: number): number {
  const byte = body[start]
  if (byte === QUOTE) return endOfString(body, start)
  if (byte === 0x74 || byte === 0x66 || byte === 0x6e) {
    const literal = literals[byte]
    for (let index = 1; index < literal.length; index += 1) {
      if (body[start + index] !== literal[index]) return fail(start + index)
    }
    return start + literal.length
  }
  return endOfNumber(body, start)
}

/** From a key's opening quote to the first byte of its value. */
export function startOfValue(body: Buffer, start: number): number {
  if (body[start] !== QUOTE) return fail(start)
  const keyEnd = endOfString(body, start)
  if (keyEnd < 0) return keyEnd
  const colon = skipBlanks(body, keyEnd)
  if (body[colon] !== COLON) return fail(colon)
  return skipBlanks(body, colon + 1)
}

/** The index after a value of any kind. */
export function endOfValue(body: Buffer, start: number): number {
  let depth = 0
  let at = start
  nextValue: for (;;) {
    const byte = body[at]
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (depth === maxNesting) return fail(at)
      const isObject = byte === OPEN_BRACE
      nesting[depth] = isObject ? OBJECT : ARRAY
      depth += 1
      at = skipBlanks(body, at + 1)
      if (body[at] !== (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
        if (isObject) at = startOfValue(body, at)
        if (at < 0) return at
        continue
      }
    } else {
      at = endOfScalar(body, at)
      if (at < 0 || depth === 0) return at
    }
    for (;;) {
      at = skipBlanks(body, at)
      const isObject = nesting[depth - 1] === OBJECT
      if (body[at] === COMMA) {
        at = skipBlanks(body, at + 1)
        if (isObject) at = startOfValue(body, at)
        if (at < 0) return at
        continue nextValue
      }
      if (body[at] !== (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) return fail(at)
      at += 1
      depth -= 1
      if (depth === 0) return at
    }
  }
}

/** Which of the fields the key whose opening quote is at `quote` is; escapes count as what they mean. */
function fieldOf(body: Buffer, quote: number): ScannedField | undefined {
  const start = quote + 1
  let end = start
  let hasEscapes = false
  for (let byte = body[end]; byte !== QUOTE; byte = body[end]) {
    const isEscape = byte === BACKSLASH
    hasEscapes ||= isEscape
    end += isEscape ? 2 : 1
  }
  if (!hasEscapes) {
    const fields = fieldsByLength[end - start]
    if (fields === undefined) return undefined
    const key = body.toString('latin1', start, end)
    return fields.find((field) => field === key)
  }
  // The longest field written in escapes throughout: six bytes a character.
  if (end - start > 6 * fieldsByLength.length) return undefined
  try {
    const key: unknown = JSON.parse(body.toString('utf8', quote, end + 1))
    return scannedFields.find((field) => field === key)
  } catch {
    return undefined
  }
}

/** Finds the fields, or the byte offset at which the body stops being a JSON object. */
export function scanTopLevel(body: Buffer): TopLevelFields | number {
  const values: { [Field in ScannedField]?: ByteRange } = {}
  let repeated: ScannedField | null = null
  const opening = skipBlanks(body, 0)
  if (body[opening] !== OPEN_BRACE) return opening
  const insertAt = opening + 1
  let at = skipBlanks(body, insertAt)
  const isEmpty = body[at] === CLOSE_BRACE
  if (isEmpty) return scanRest(body, at, { insertAt, isEmpty, values, repeated })
  for (;;) {
    const keyStart = at
    const start = startOfValue(body, keyStart)
    if (start < 0) return ~start
    const end = endOfValue(body, start)
    if (end < 0) return ~end
    const field = fieldOf(body, keyStart)
    if (field !== undefined) {
      if (values[field] !== undefined) repeated ??= field
      values[field] = { start, end }
    }
    at = skipBlanks(body, end)
    if (body[at] === CLOSE_BRACE) break
    if (body[at] !== COMMA) return at
    at = skipBlanks(body, at + 1)
  }
  return scanRest(body, at, { insertAt, isEmpty, values, repeated })
}

/** The fields, if nothing but blanks follows the closing brace. */
function scanRest(body: Buffer, closing: number, fields: TopLevelFields): TopLevelFields | number {
  const last = skipBlanks(body, closing + 1)
  return last === body.length ? fields : last
}
