import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeKvMessage } from '../../engines/index.ts'
import { recordedFrames, type Recording } from '../../engines/vllm/kv-events/testing/recorded-frames.ts'
import { ExactKnowledge, ExactKnowledgeWriter, readVocabulary } from './index.ts'

const vocabulary = readVocabulary(
  JSON.parse(readFileSync(new URL('vocabulary/testing/tiny-tokenizer.json', import.meta.url), 'utf8')),
)

/** Plays a recording of a real vLLM 0.32.0 into an index, up to a number of messages. */
function play(recording: Recording, most = Infinity) {
  if (vocabulary.kind !== 'vocabulary') throw new Error(vocabulary.reason)
  const writer = new ExactKnowledgeWriter({ nodes: 4096, lanes: 64 }, [5, 6])
  for (const frames of recordedFrames(recording).slice(0, most)) {
    const read = decodeKvMessage(frames)
    if (read.kind === 'batch') writer.apply(0, read.batch.rank ?? 0, read.batch.events, vocabulary.tokens)
  }
  const reader = new ExactKnowledge(writer.memory)
  const held = (prompt: string, context = {}): number => {
    const into = new Int32Array(1)
    reader.heldTokens(Buffer.from(prompt), into, { adapter: null, cacheSalt: null, ...context })
    return into[0] ?? 0
  }
  return { writer, held }
}

const sentence = 'the quick brown fox jumps over the lazy dog'
const prompt = Array.from({ length: 8 }, () => sentence).join(' ')

// proves C4 (recording)
describe('what a real vLLM holds', () => {
  it('is found by the text of the prompt alone: two blocks of 32 tokens, with the answer behind them one more', () => {
    expect(play('kv-events', 1).held(prompt)).toBe(64)
    const answered = `${Array.from({ length: 7 }, () => sentence).join(' ')} ${sentence} batch queue metric health deploy scale node gpu memory hello world capital of${' France'.repeat(12)}`
    expect(play('kv-events', 2).held(answered)).toBe(96)
    expect(play('kv-events', 2).held(`${prompt} and more`)).toBe(64)
  })

  it('is nobody else’s: a salt or an adapter has blocks of its own', () => {
    const { held } = play('kv-events', 4)
    expect(held(prompt, { cacheSalt: 'tenant-a' })).toBe(32)
    expect(held(prompt, { adapter: 'tuned' })).toBe(32)
    expect(held(prompt, { cacheSalt: 'tenant-b' })).toBe(0)
    expect(held(prompt, { adapter: 'tuned', cacheSalt: 'tenant-a' })).toBe(0)
  })

  it('is forgotten when the cache is cleared', () => {
    const { held, writer } = play('kv-events')
    expect(held(prompt)).toBe(32)
    expect(held(prompt, { adapter: 'tuned' })).toBe(0)
    writer.tidy(1e6)
    expect([writer.held, writer.size]).toEqual([1, 1])
  })

  it('leaves out the last token, which an engine computes anew in any case', () => {
    const { held } = play('kv-events', 1)
    const twoBlocks = `${Array.from({ length: 7 }, () => sentence).join(' ')} the`
    expect(held(twoBlocks)).toBe(32)
    expect(held(`${twoBlocks} `)).toBe(64)
  })

  it('is rendered chats too, with their special tokens', () => {
    const chat = `<|im_start|>user\n${Array.from({ length: 10 }, () => sentence).join(' ')} token`
    expect(play('kv-events-pd-prefill').held(`${chat}<|im_end|>\n`)).toBe(96)
  })

  it('goes as the engine evicts: nothing is counted that it did not tell of, and nothing twice', () => {
    const { writer } = play('kv-events-evict')
    const { counts } = writer
    expect(counts.orphans + counts.unreadable + counts.withoutTokens + counts.dropped).toBe(0)
    expect(counts.stored).toBeGreaterThan(0)
    // The recording begins after the first blocks were stored: their removals are of nothing that is known.
    expect(counts.unknownRemoved).toBeGreaterThan(0)
    expect(writer.held).toBe(counts.stored - counts.removed)
  })
})
