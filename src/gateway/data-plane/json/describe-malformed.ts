/** How much of a body is quoted at most; it goes back to the one who sent it and into no log. */
const excerptBytes = 12

/** Says in words where and why a body is not a JSON object; `position` is a byte offset, from 0. */
export function describeMalformed(body: Buffer, position: number): string {
  const before = body.subarray(0, position)
  const lineStart = before.lastIndexOf(0x0a) + 1
  let line = 1
  for (let at = before.indexOf(0x0a); at >= 0; at = before.indexOf(0x0a, at + 1)) line += 1
  const column = before.toString('utf8', lineStart).length + 1
  const place = `at position ${position} (line ${line}, column ${column})`
  if (body.length === 0) return 'The request has no body; a JSON object is expected.'
  if (position >= body.length) return `The request body is not valid JSON: it ends ${place}.`
  if (position === 0 || before.toString('latin1').trim() === '') {
    return `The request body must be a JSON object: found ${excerpt(body, position)} ${place}.`
  }
  return `The request body is not valid JSON: unexpected ${excerpt(body, position)} ${place}.`
}

function excerpt(body: Buffer, position: number): string {
  const text = body.toString('utf8', position, position + excerptBytes)
  const word = /^[\w.+-]+/.exec(text)?.[0] ?? String.fromCodePoint(text.codePointAt(0) ?? 0x20)
  return JSON.stringify(word)
}
