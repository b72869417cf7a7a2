import { randomFrom } from '../../engines/index.ts'
import { hashNumbers } from './hash-numbers.ts'

/** Numbers in an embedding of the simulated model. */
const embeddingDimensions = 64

/** A unit vector that depends on the tokens only: the sum of one direction a token, so that texts with common words are near. */
export function embedTokens(tokens: readonly number[]): number[] {
  const sum = new Float64Array(embeddingDimensions)
  for (const token of tokens) {
    const random = randomFrom(hashNumbers([token]))
    for (let index = 0; index < sum.length; index += 1) sum[index] = (sum[index] ?? 0) + random() * 2 - 1
  }
  const length = Math.hypot(...sum)
  return Array.from(sum, (value) => value / length)
}
