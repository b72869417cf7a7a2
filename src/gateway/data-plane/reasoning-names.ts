/** vLLM and OpenRouter say `reasoning`; llama.cpp, SGLang and DeepSeek `reasoning_content`. */
const names = ['reasoning', 'reasoning_content'] as const
/** Both names begin so, which makes one search for an answer without either. */
const either = Buffer.from('"reasoning')
const keys = names.map((name) => Buffer.from(`"${name}":`))

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const LF = 0x0a

/**
 * JSON, or whole server-sent events, in which every text of reasoning stands under both names: the missing one is
 * inserted behind the other. What holds no such text, or both names already, stays the very same bytes.
 *
 * Within a JSON string quotes are escaped, so the bytes `"reasoning":` are always a key; only a string as its value is
 * repeated, so `"reasoning":null` stays alone.
 */
export function nameReasoningTwice(bytes: Buffer): Buffer {
  if (!bytes.includes(either)) return bytes
  const pieces: Buffer[] = []
  let copied = 0
  for (let lineStart = 0; lineStart < bytes.length;) {
    const lineFeed = bytes.indexOf(LF, lineStart)
    const lineEnd = lineFeed < 0 ? bytes.length : lineFeed
    const line = bytes.subarray(lineStart, lineEnd)
    const [index, other] = missingName(line)
    const key = keys[index]
    if (key !== undefined) {
      for (let at = line.indexOf(key); at >= 0; at = line.indexOf(key, at + key.length)) {
        const value = stringAt(line, at + key.length)
        if (value === null) continue
        const end = lineStart + value.end
        pieces.push(bytes.subarray(copied, end), Buffer.from(`,"${other}":`), line.subarray(value.start, value.end))
        copied = end
      }
    }
    lineStart = lineEnd + 1
  }
  if (pieces.length === 0) return bytes
  pieces.push(bytes.subarray(copied))
  return Buffer.concat(pieces)
}

/** The index of the name that stands alone in an event or answer, and the other name; -1 when none does. */
function missingName(line: Buffer): readonly [number, string] {
  const [hasShort, hasLong] = keys.map((key) => line.includes(key))
  if (hasShort === hasLong) return [-1, '']
  return hasShort === true ? [0, names[1]] : [1, names[0]]
}

/** The string that is the value at `from`, quotes included; null when it is something else or cut off. */
function stringAt(bytes: Buffer, from: number): { readonly start: number; readonly end: number } | null {
  let start = from
  while (bytes[start] === SPACE) start += 1
  if (bytes[start] !== QUOTE) return null
  for (let at = bytes.indexOf(QUOTE, start + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let before = at - 1
    while (bytes[before] === BACKSLASH) before -= 1
    if ((at - 1 - before) % 2 === 0) return { start, end: at + 1 }
  }
  return null
}
