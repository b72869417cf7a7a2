const space = /[ \t\n\r]*/y
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** Offset after the match of `pattern` at `start`, or undefined. */
function matchAt(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : undefined
}

/** Where the string that opens at `start` ends, or where it is broken. */
function readString(text: string, start: number): { readonly end: number; readonly ok: boolean } {
  let position = start + 1
  for (;;) {
    const code = text.charCodeAt(position)
    if (Number.isNaN(code) || code < 0x20) return { end: position, ok: false }
    if (code === 0x22) return { end: position + 1, ok: true }
    if (code !== 0x5c) {
      position += 1
      continue
    }
    const end = matchAt(escape, text, position)
    if (end === undefined) return { end: position, ok: false }
    position = end
  }
}

/**
 * Offset, in UTF-16 code units, of what does not belong to JSON (RFC 8259) in a text that `JSON.parse` has refused;
 * V8's own messages name a position only in some cases. Linear in the text's length and not recursive.
 */
export function findJsonErrorPosition(text: string): number {
  const containers: ('{' | '[')[] = []
  let position = 0
  let expected: 'value' | 'first-value' | 'key' | 'first-key' | 'separator' = 'value'
  for (;;) {
    position = matchAt(space, text, position) ?? position
    const character = text[position]
    const container = containers.at(-1)
    const closes = character === (container === '{' ? '}' : ']')
    if (character === undefined) return position
    if (expected === 'separator') {
      if (container === undefined || (character !== ',' && !closes)) return position
      if (closes) containers.pop()
      else expected = container === '{' ? 'key' : 'value'
      position += 1
    } else if (closes && (expected === 'first-key' || expected === 'first-value')) {
      containers.pop()
      expected = 'separator'
      position += 1
    } else if (expected === 'key' || expected === 'first-key') {
      if (character !== '"') return position
      const key = readString(text, position)
      if (!key.ok) return key.end
      position = matchAt(space, text, key.end) ?? key.end
      if (text[position] !== ':') return position
      expected = 'value'
      position += 1
    } else if (character === '{' || character === '[') {
      containers.push(character)
      expected = character === '{' ? 'first-key' : 'first-value'
      position += 1
    } else {
      const value = character === '"' ? readString(text, position) : { end: matchAt(scalar, text, position), ok: true }
      if (value.end === undefined || !value.ok) return value.end ?? position
      expected = 'separator'
      position = value.end
    }
  }
}
