/** A message that breaks RFC 9112 or our limits; its message goes to logs. */
export class HttpSyntaxError extends Error {
  override readonly name: string = 'HttpSyntaxError'
}

/** More fields than anybody sends; a flood of short ones would cost more time than their bytes suggest. */
const maxFields = 256

/**
 * Lines of `name: value` and CRLF to the end of the text (RFC 9112 section 5): the name is a token with the colon right
 * behind it, the value has no control characters, and a line that begins with a blank (obs-fold, section 5.2) has no
 * name. No part can match in two ways, so it takes linear time.
 */
const fieldLines = /(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/y

/**
 * Reads the field lines of `text` from `start` to its end, each with its CRLF, as names in lower case and values in turn.
 * @throws HttpSyntaxError
 */
export function readFields(text: string, start: number): string[] {
  fieldLines.lastIndex = start
  if (!fieldLines.test(text)) throw new HttpSyntaxError('a header field that is not well formed')
  const fields: string[] = []
  for (let at = start; at < text.length;) {
    const colon = text.indexOf(':', at)
    const end = text.indexOf('\r', colon)
    if (fields.length === 2 * maxFields) throw new HttpSyntaxError(`more than ${maxFields} header fields`)
    fields.push(text.slice(at, colon).toLowerCase(), trimBlanks(text, colon + 1, end))
    at = end + 2
  }
  return fields
}

/** The part of a text without blanks at its ends (RFC 9112 section 5.1); `trim` would take a no-break space too. */
function trimBlanks(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isBlank(text.charCodeAt(start))) start += 1
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09

/** One field as a line: its name a token, its value without control characters. */
const fieldLine = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\x80-\xff]*$/

/** A field or a path that cannot be written without breaking the framing of its message. */
export class UnwritableError extends Error {
  override readonly name = 'UnwritableError'
}

/**
 * Names and values in turn as field lines, to be sent as latin1: one character a byte, as they are read.
 * @throws UnwritableError for a character that would end a line or a field early.
 */
export function writeFields(fields: readonly string[]): string {
  let lines = ''
  for (let index = 0; index + 1 < fields.length; index += 2)
    lines += `${fields[index] ?? ''}: ${fields[index + 1] ?? ''}\r\n`
  // All at once: one look at each field would cost several times as much. A line end within a field makes a line more.
  fieldLines.lastIndex = 0
  if (!fieldLines.test(lines) || countLines(lines) !== Math.floor(fields.length / 2)) throw unwritable(fields)
  return lines
}

function countLines(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) === 0x0a) count += 1
  return count
}

function unwritable(fields: readonly string[]): UnwritableError {
  const bad = fields.findIndex(
    (name, index) => index % 2 === 0 && !fieldLine.test(`${name}: ${fields[index + 1] ?? ''}`),
  )
  return new UnwritableError(`the field ${JSON.stringify(fields[bad])} holds a character that HTTP forbids`)
}

/** The value of a field among names in lower case and values in turn; undefined when it is not there. */
export function fieldValue(fields: readonly string[], wanted: string): string | undefined {
  for (let index = 0; index + 1 < fields.length; index += 2) if (fields[index] === wanted) return fields[index + 1]
  return undefined
}

/** llhttp, which many servers read HTTP with, takes a tab for a part of the coding, where RFC 9110 section 5.5 strips it. */
const tabBehindCoding = /\r\ntransfer-encoding:[^\r]*\t\r\n/i

/** Whether a head could be read as chunked by one and not by another: with a tab behind its coding. */
export function isCodingAmbiguous(head: string): boolean {
  return tabBehindCoding.test(head)
}

/** Whether a comma-separated list such as that of `Connection` names `wanted`, in any case. */
export function listHolds(list: string, wanted: string): boolean {
  if (list === wanted) return true
  return list.split(',').some((item) => item.trim().toLowerCase() === wanted)
}
