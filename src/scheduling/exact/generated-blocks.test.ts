import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { BlockStored } from '../../engines/index.ts'
import { storedEvent } from '../../engines/vllm/kv-events/testing/stored-event.ts'
import { ExactKnowledge, ExactKnowledgeWriter, readVocabulary } from './index.ts'

const tokenizer = JSON.parse(
  readFileSync(new URL('vocabulary/testing/tiny-tokenizer.json', import.meta.url), 'utf8'),
) as { readonly model: { readonly vocab: Readonly<Record<string, number>> } }
const read = readVocabulary(tokenizer)
const blockSize = 4

/** Blocks of four words, each a token, named by their place; what comes after `parent`. */
function stored(parent: number | null, blocks: readonly (readonly string[])[], firstName: number): BlockStored {
  const tokens = blocks.flat().map((word) => tokenizer.model.vocab[word] ?? -1)
  const names = blocks.map((_block, place) => BigInt(firstName + place))
  return storedEvent(tokens, names, blockSize, parent === null ? null : BigInt(parent))
}

const words = ['hello', 'Ġworld', 'Ġbatch', 'Ġqueue']
const plain = ['Ġdeploy', 'Ġscale', 'Ġnode', 'Ġgpu']
/** The text of `Ġbatch` in two tokens, which the tokenizer would not choose. */
const halves = ['Ġnode', 'Ġb', 'atch', 'Ġgpu']
const textOf = (blocks: readonly (readonly string[])[]) => blocks.flat().join('').replaceAll('Ġ', ' ')

function play(events: readonly BlockStored[]) {
  if (read.kind !== 'vocabulary') throw new Error(read.reason)
  const writer = new ExactKnowledgeWriter({ nodes: 256, lanes: 32 }, [5, 6])
  for (const event of events) writer.apply(0, 0, [event], read.tokens)
  const reader = new ExactKnowledge(writer.memory)
  const held = (blocks: readonly (readonly string[])[]): number => {
    const into = new Int32Array(1)
    reader.heldTokens(Buffer.from(`${textOf(blocks)} and on`), into, { adapter: null, cacheSalt: null })
    return into[0] ?? 0
  }
  return { writer, held }
}

describe('an answer’s blocks', () => {
  const prompt = [words, plain, plain]

  it('are held as its text where the model chose the tokens that the tokenizer makes of it', () => {
    const { writer, held } = play([stored(null, prompt, 1), stored(3, [plain], 4), stored(4, [plain, plain], 5)])
    expect(held([...prompt, plain, plain, plain])).toBe(24)
    expect(writer.counts).toMatchObject({ stored: 6, cutOtherwise: 0, orphans: 0 })
  })

  it('are not where it chose others, nor are those behind them, which a prompt of that text never begins with', () => {
    const answer = [stored(3, [plain], 4), stored(4, [halves], 5), stored(5, [plain], 6), stored(6, [plain], 7)]
    const { writer, held } = play([stored(null, prompt, 1), ...answer])
    expect(held([...prompt, plain, halves, plain, plain])).toBe(20)
    expect(writer.counts).toMatchObject({ stored: 5, cutOtherwise: 2, orphans: 0 })
  })

  it('that come two at once are held up to the first that no prompt has', () => {
    const begun = ['Ġb', 'atch', 'Ġnode', 'Ġgpu']
    const { writer, held } = play([
      stored(null, prompt, 1),
      stored(3, [plain], 4),
      stored(4, [plain, begun], 5),
      stored(6, prompt, 7),
    ])
    expect(held([...prompt, plain, plain, begun, plain])).toBe(20)
    expect(writer.counts).toMatchObject({ stored: 5, cutOtherwise: 4, orphans: 0 })
  })

  it('are judged with the block before them: a word may be in halves across both', () => {
    const across = [stored(3, [['Ġnode', 'Ġgpu', 'Ġscale', 'Ġb']], 4), stored(4, [['atch', ...plain.slice(1)]], 5)]
    const { writer } = play([stored(null, prompt, 1), ...across])
    expect(writer.counts).toMatchObject({ stored: 4, cutOtherwise: 1 })
  })

  it('are held by the tokens of a prompt that goes on from the same text', () => {
    const told = [stored(null, prompt, 1), stored(3, [halves], 4)]
    const again = stored(3, [['Ġnode', 'Ġbatch', 'Ġgpu', 'Ġnode'], plain, plain], 5)
    const { held } = play([...told, again])
    expect(held([...prompt, ['Ġnode', 'Ġbatch', 'Ġgpu', 'Ġnode'], plain, plain])).toBe(24)
  })
})
