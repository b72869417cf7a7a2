import { array, assert, nat, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BlockStored } from '../../engines/index.ts'
import { ExactKnowledge, ExactKnowledgeWriter, type ExactIndexSize } from './index.ts'
import { NaiveKnowledge } from './testing/naive-knowledge.ts'
import {
  happening,
  imageMarks,
  imageToken,
  RandomEngines,
  smallVocabulary,
  type Happening,
} from './testing/random-engine.ts'
import { layTokenBytes } from './vocabulary/index.ts'

const vocabulary = {
  ...layTokenBytes(new Map(smallVocabulary.map((text, token) => [token, Buffer.from(text, 'latin1')]))),
  imageToken,
}
const contexts = [
  { adapter: null, cacheSalt: null },
  { adapter: 'tuned', cacheSalt: null },
  { adapter: null, cacheSalt: 'tenant' },
  { adapter: 'tuned', cacheSalt: 'tenant' },
] as const

const promptParts = [...smallVocabulary, ...imageMarks, ...imageMarks]
const prompts = array(nat(promptParts.length - 1), { minLength: 1, maxLength: 14 }).map((parts) =>
  parts.map((part) => promptParts[part]).join(''),
)

/** Runs the same happenings through the index and through the naive one. */
function run(happenings: readonly Happening[], size: ExactIndexSize) {
  const writer = new ExactKnowledgeWriter(size, [1, 2])
  const naive = new NaiveKnowledge(smallVocabulary)
  const engines = new RandomEngines()
  for (const happening of happenings) {
    if (happening.kind === 'tidy') {
      writer.tidy(happening.slots)
      continue
    }
    const { replica, rank } = happening.at
    if (happening.kind === 'forget') {
      writer.forget(replica)
      naive.forget(replica)
    } else if (happening.kind === 'gap') {
      writer.clear(replica, rank)
      naive.clear(replica, rank)
    } else {
      const events = [happening.kind === 'clear' ? { kind: 'cleared' as const } : engines.event(happening)]
      writer.apply(replica, rank, events, vocabulary)
      naive.apply(replica, rank, events)
    }
  }
  return { writer, naive, reader: new ExactKnowledge(writer.memory) }
}

const hasSecondGroup = (happening: Happening, replica: number): boolean =>
  'at' in happening && happening.at.replica === replica && happening.at.group === 1

/** The first token of the vocabulary, at a prompt's beginning. */
const firstBlock: BlockStored = {
  kind: 'stored',
  blockHashes: [1n],
  parentBlockHash: null,
  tokenIds: [0],
  blockSize: 1,
  loraId: null,
  loraName: null,
  medium: null,
  extraKeys: null,
  group: 0,
  specKind: null,
}

const inputs = record({
  happenings: array(happening, { maxLength: 60, size: 'max' }),
  prompts: array(prompts, { minLength: 1, maxLength: 12 }),
})

// proves C4 (real part)
describe('the exact prefix index', () => {
  it('says what a naive list says, under any stream of events with gaps, restarts, ranks, groups, adapters and images', () => {
    assert(
      property(inputs, ({ happenings, prompts }) => {
        const { naive, reader } = run(happenings, { nodes: 1024, lanes: 64 })
        const held = new Int32Array(3)
        for (const prompt of prompts) {
          for (const context of contexts) {
            reader.heldTokens(Buffer.from(prompt, 'latin1'), held, context)
            expect([...held]).toEqual(naive.heldTokens(prompt, 3, context))
          }
        }
      }),
      { numRuns: 400 },
    )
  }, 60_000)

  it('gives everything back: an index whose replicas are gone is empty', () => {
    assert(
      property(inputs, ({ happenings }) => {
        const { writer } = run(happenings, { nodes: 1024, lanes: 64 })
        for (const replica of [0, 1, 2]) writer.forget(replica)
        writer.tidy(1e6)
        writer.tidy(1e6)
        expect([writer.size, writer.held]).toEqual([0, 0])
      }),
      { numRuns: 300 },
    )
  }, 60_000)

  it('tells replicas apart that came when all lanes were taken, once some are free', () => {
    const writer = new ExactKnowledgeWriter({ nodes: 1024, lanes: 32 }, [1, 2])
    const reader = new ExactKnowledge(writer.memory)
    for (let replica = 0; replica < 36; replica += 1) writer.apply(replica, 0, [firstBlock], vocabulary)
    for (let replica = 0; replica < 8; replica += 1) writer.forget(replica)
    writer.tidy(1e6)
    writer.tidy(1e6)
    for (let replica = 32; replica < 36; replica += 1) writer.apply(replica, 0, [firstBlock], vocabulary)
    const held = new Int32Array(36)
    reader.heldTokens(Buffer.from(`${smallVocabulary[0]}x`, 'latin1'), held)
    expect([...held]).toEqual(Array.from(held, (_, replica) => (replica < 8 ? 0 : 1)))
  })

  it('never says more than is held when it is far too small, and goes on', () => {
    assert(
      property(inputs, ({ happenings, prompts }) => {
        const { naive, reader, writer } = run(happenings, { nodes: 6, lanes: 4 })
        const held = new Int32Array(3)
        expect(writer.size).toBeLessThanOrEqual(6)
        // A group for which there is no lane is not known of: what the other group holds counts.
        const isJudged = [0, 1, 2].map((replica) => !happenings.some((each) => hasSecondGroup(each, replica)))
        for (const prompt of prompts) {
          reader.heldTokens(Buffer.from(prompt, 'latin1'), held)
          const most = naive.heldTokens(prompt, 3)
          const tooMuch = [...held].filter((tokens, replica) => isJudged[replica] && tokens > (most[replica] ?? 0))
          expect(tooMuch).toEqual([])
        }
      }),
      { numRuns: 500 },
    )
  }, 60_000)
})
