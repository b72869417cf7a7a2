import type { TraceLine } from './trace-line.ts'

/** Tokens of a block, or the line that no number of tokens fits. */
type InferredBlocks =
  | { readonly kind: 'block'; readonly tokens: number }
  | { readonly kind: 'mismatch'; readonly line: number; readonly message: string }

/** Of the Mooncake traces. */
const usual = 512
/** Of other traces in the same format, such as Alibaba's Bailian traces with 16. */
const others = [16, 32, 64, 128, 256, 1024, 2048]

/** Tokens of a block such that every prompt has an id for each whole or last block; 512 wherever that fits. */
export function inferBlockTokens(lines: readonly TraceLine[]): InferredBlocks {
  const tokens = [usual, ...others].find((size) => lines.every((line) => fits(line, size)))
  if (tokens !== undefined) return { kind: 'block', tokens }
  const odd = lines.find((line) => !fits(line, usual))
  if (odd === undefined) return { kind: 'block', tokens: usual }
  const { number, inputLength, hashIds } = odd
  const expected = Math.ceil(inputLength / usual)
  return {
    kind: 'mismatch',
    line: number,
    message: `hash_ids has ${count(hashIds.length, 'id')}, but a prompt of ${count(inputLength, 'token')} has ${count(expected, 'block')} of ${usual} tokens, and no other size of block fits all lines`,
  }
}

const fits = ({ inputLength, hashIds }: TraceLine, size: number) => hashIds.length === Math.ceil(inputLength / size)

const count = (amount: number, what: string) => `${amount.toLocaleString('en')} ${what}${amount === 1 ? '' : 's'}`
