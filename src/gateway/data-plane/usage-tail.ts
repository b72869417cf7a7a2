import { BodyMemory } from './body-memory.ts'

/** Tokens as an engine reports them. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Those of the prompt that were in the engine's cache; absent where it does not say. */
  readonly cachedTokens?: number
}

/** How much of an answer's end is kept, and of its beginning searched: `usage` stands in the last event but one, or near an end of a JSON answer. */
const tailBytes = 4096
const marker = '"usage":'
/** The first event of a message tells its input tokens, the last one its output tokens (Anthropic API, "Streaming messages"). */
const messageStart = '"message_start"'
const OPEN_BRACE = 0x7b

/**
 * Finds `usage` at the end of an answer, or near its beginning, without looking at every event: only the last bytes are
 * kept, and searched once, when the answer is over. Inside a JSON string the quotes of the marker would be escaped, so it is always a key.
 */
export class UsageTail {
  #memory: BodyMemory | null = null
  #length = 0
  /** What the first event of a message tells; undefined for any other answer. */
  #atStart: Usage | undefined
  /** What an answer that is no stream tells in its first piece: vLLM's rerankings do so before their results. */
  #inHead: Usage | undefined

  /** Takes the next piece of the answer. */
  take(piece: Buffer): void {
    if (this.#memory === null) {
      this.#memory = new BodyMemory(2 * tailBytes)
      const head = piece.subarray(0, tailBytes)
      if (piece[0] === OPEN_BRACE) this.#inHead = usageBehind(head, 0)
      else this.#atStart = usageBehind(head, head.indexOf(messageStart))
    }
    const tail = this.#memory.bytes
    if (this.#length + piece.length > tail.length) {
      const kept = Math.max(0, Math.min(this.#length, tailBytes - piece.length))
      tail.copyWithin(0, this.#length - kept, this.#length)
      this.#length = kept
    }
    const start = Math.max(0, piece.length - (tail.length - this.#length))
    this.#length += piece.copy(tail, this.#length, start)
  }

  /** The last usage that is whole, or undefined; nothing is kept after it. */
  end(): Usage | undefined {
    if (this.#memory === null) return undefined
    const usage = lastUsageIn(this.#memory.bytes.subarray(0, this.#length), this.#atStart) ?? this.#inHead
    this.#memory.release()
    this.#memory = null
    return usage
  }
}

/** The first usage behind a place of a piece; undefined for a place that is none. */
function usageBehind(piece: Buffer, place: number): Usage | undefined {
  const at = place < 0 ? -1 : piece.indexOf(marker, place)
  return at < 0 ? undefined : readUsage(textBehind(piece, at))
}

const textBehind = (bytes: Buffer, at: number): string =>
  bytes.toString('latin1', at + marker.length, at + marker.length + 1024)

/** @param atStart adds the input tokens to a usage that tells output tokens alone; found again, it tells nothing of them */
function lastUsageIn(bytes: Buffer, atStart?: Usage): Usage | undefined {
  for (let at = bytes.lastIndexOf(marker); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(marker, at - 1)) {
    const text = textBehind(bytes, at)
    const usage = readUsage(text)
    if (atStart === undefined) {
      if (usage !== undefined) return usage
      continue
    }
    if (usage !== undefined) return usage.outputTokens === atStart.outputTokens ? undefined : usage
    const outputTokens = countAfter(text, '"output_tokens"')
    if (outputTokens !== undefined) return { ...atStart, outputTokens }
  }
  return undefined
}

/**
 * Reads `{"prompt_tokens":…,"completion_tokens":…}`; Responses and Messages call them input_ and output_tokens, and the
 * input tokens of Messages are those that were neither read from a cache nor written to one.
 */
export function readUsage(text: string): Usage | undefined {
  if (!/^\s*\{/.test(text)) return undefined
  const inputTokens = countAfter(text, '"prompt_tokens"') ?? countAfter(text, '"input_tokens"')
  if (inputTokens === undefined) return undefined
  const outputTokens = countAfter(text, '"completion_tokens"') ?? countAfter(text, '"output_tokens"') ?? 0
  const readTokens = countAfter(text, '"cache_read_input_tokens"')
  if (readTokens !== undefined) {
    const writtenTokens = countAfter(text, '"cache_creation_input_tokens"') ?? 0
    return { inputTokens: inputTokens + readTokens + writtenTokens, outputTokens, cachedTokens: readTokens }
  }
  const cachedTokens = countAfter(text, '"cached_tokens"')
  return cachedTokens === undefined ? { inputTokens, outputTokens } : { inputTokens, outputTokens, cachedTokens }
}

/** The number that follows a key; read by hand, since a match of a regular expression makes several objects. */
function countAfter(text: string, key: string): number | undefined {
  let at = text.indexOf(key)
  if (at < 0) return undefined
  at = skipBlanks(text, at + key.length)
  if (text[at] !== ':') return undefined
  at = skipBlanks(text, at + 1)
  let count: number | undefined
  for (let digit = digitAt(text, at); digit >= 0 && digit <= 9; digit = digitAt(text, at)) {
    count = (count ?? 0) * 10 + digit
    at += 1
  }
  return count
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1
  return at
}

const digitAt = (text: string, at: number): number => text.charCodeAt(at) - 0x30
