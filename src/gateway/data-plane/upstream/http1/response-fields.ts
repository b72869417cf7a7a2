/** A response that breaks RFC 9112 or our limits; its message goes to logs, not to clients. */
export class ResponseSyntaxError extends Error {
  override readonly name = 'ResponseSyntaxError'
}

/** More fields than any engine sends; a flood of short ones would cost more time than their bytes suggest. */
const maxFields = 256

/**
 * `name: value` and CRLF (RFC 9112 section 5): the name is a token with the colon right behind it, the value has no
 * control characters, and a line that begins with a blank (obs-fold, section 5.2) has no name. Greedy: linear in time.
 */
const fieldLine = /([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)\r\n/y

/**
 * Reads the field lines of `text` from `start` to its end, each with its CRLF, as names and values in turn.
 * @throws ResponseSyntaxError
 */
export function readFields(text: string, start: number): string[] {
  const fields: string[] = []
  let at = start
  while (at < text.length) {
    fieldLine.lastIndex = at
    const line = fieldLine.exec(text)
    if (line === null) throw new ResponseSyntaxError('a header field that is not well formed')
    if (fields.length === 2 * maxFields) throw new ResponseSyntaxError(`more than ${maxFields} header fields`)
    fields.push(line[1] ?? '', trimEnd(line[2] ?? ''))
    at = fieldLine.lastIndex
  }
  return fields
}

/** Without blanks at its end (RFC 9112 section 5.1); `trimEnd` of strings would take a no-break space too. */
function trimEnd(value: string): string {
  let end = value.length
  while (end > 0 && (value[end - 1] === ' ' || value[end - 1] === '\t')) end -= 1
  return end === value.length ? value : value.slice(0, end)
}
