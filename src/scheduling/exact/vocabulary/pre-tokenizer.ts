import { isRecord, type TokenizerPart } from './tokenizer-parts.ts'

/** Cuts a text into the pieces that are made into tokens each for itself. */
export type PreTokenizer = (text: string) => readonly string[]

/** What `ByteLevel` cuts by (GPT-2, `encoder.py`). White space is Unicode's, which `\s` is not in this language. */
const gpt2 =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu

/**
 * Expressions of `Split` as tokenizer files have them, and the same for this language. Others are not run: they are a
 * file's, and could take any time.
 */
const knownSplits: ReadonlyMap<string, RegExp> = new Map([
  [
    // Llama 3
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    /(?:'[sS\u017F]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*|\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu,
  ],
  [
    // Qwen 2, 2.5 and 3
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    /(?:'[sS\u017F]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*|\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu,
  ],
])

/** Reads how a byte-level tokenizer cuts text; null where that is not known here. */
export function readPreTokenizer(parts: readonly TokenizerPart[]): PreTokenizer | null {
  const cuts: RegExp[] = []
  for (const part of parts) {
    const cut = cutOf(part)
    if (cut === null) return null
    if (cut !== 'nothing') cuts.push(cut)
  }
  return (text) => {
    let pieces: readonly string[] = [text]
    for (const cut of cuts) pieces = pieces.flatMap((piece) => isolate(piece, cut))
    return pieces
  }
}

function cutOf(part: TokenizerPart): RegExp | 'nothing' | null {
  if (part.type === 'Digits') return part['individual_digits'] === true ? /\p{N}/gu : /\p{N}+/gu
  if (part.type === 'ByteLevel') {
    if (part['add_prefix_space'] === true) return null
    return part['use_regex'] === false ? 'nothing' : gpt2
  }
  const pattern = part.type === 'Split' && isRecord(part['pattern']) ? part['pattern']['Regex'] : undefined
  if (typeof pattern !== 'string' || part['behavior'] !== 'Isolated' || part['invert'] === true) return null
  return knownSplits.get(pattern) ?? null
}

/** Matches and what is between them, in turn. */
function isolate(text: string, cut: RegExp): string[] {
  const pieces: string[] = []
  let from = 0
  for (const { 0: match, index } of text.matchAll(cut)) {
    if (index > from) pieces.push(text.slice(from, index))
    pieces.push(match)
    from = index + match.length
  }
  if (from < text.length) pieces.push(text.slice(from))
  return pieces
}
