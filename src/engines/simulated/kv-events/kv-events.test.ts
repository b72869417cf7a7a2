import { pack } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { decodeKvMessage, type KvEvent } from '../../vllm/kv-events/index.ts'
import { recordedFrames, type Recording } from '../../vllm/kv-events/testing/recorded-frames.ts'
import { BatchingEngine } from '../batching/index.ts'
import { add, requestOf, smallShape } from '../batching/testing/drive.ts'
import { BlockChain, encodeKvBatch, KvEventLog, sequenceFrame } from './index.ts'
import { MsgpackWriter } from './msgpack-writer.ts'

const range = (start: number, end: number) => Array.from({ length: end - start }, (_, index) => start + index)

describe('encodeKvBatch', () => {
  it.each<Recording>([
    'kv-events',
    'kv-events-images',
    'kv-events-evict',
    'kv-events-pd-prefill',
    'kv-events-pd-decode',
  ])(
    'writes the events of %s byte for byte as a real vLLM 0.32 did, so that whoever reads one reads the other',
    (recording) => {
      for (const frames of recordedFrames(recording)) {
        const read = decodeKvMessage(frames)
        if (read.kind === 'malformed') throw new Error(read.reason)
        const { time, events, rank } = read.batch
        expect(encodeKvBatch(time, events, rank ?? 0).toString('hex')).toBe(frames[2]?.toString('hex'))
        expect(sequenceFrame(read.sequence).toString('hex')).toBe(frames[1]?.toString('hex'))
      }
    },
  )
})

describe('MsgpackWriter', () => {
  it.each([0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1])('writes %d in its shortest form', (value) => {
    const writer = new MsgpackWriter()
    writer.unsigned(value)
    expect(writer.take()).toEqual(Buffer.from(pack(value)))
  })

  it.each([0, 200, -1, -32, -33, -128, -129, -32_768, -32_769, -(2 ** 31)])(
    'writes %d, which may be below zero',
    (value) => {
      const writer = new MsgpackWriter()
      writer.whole(value)
      expect(writer.take()).toEqual(Buffer.from(pack(value)))
    },
  )

  it('writes long lists and texts', () => {
    const writer = new MsgpackWriter()
    for (const length of [15, 16, 70_000]) {
      writer.list(length)
      for (let place = 0; place < length; place += 1) writer.unsigned(7)
      expect(writer.take()).toEqual(Buffer.from(pack(Array.from({ length }, () => 7))))
    }
    for (const length of [31, 32, 300, 70_000]) {
      writer.text('a'.repeat(length))
      expect(writer.take()).toEqual(Buffer.from(pack('a'.repeat(length))))
    }
  })
})

describe('BlockChain', () => {
  it('names whole blocks by all that comes before them, and by the salt', () => {
    const names = new BlockChain(range(0, 50), 16).units
    expect(names).toHaveLength(3)
    expect(new BlockChain(range(0, 40), 16).units).toEqual(names.slice(0, 2))
    const other = new BlockChain([...range(0, 16), 99, ...range(17, 48)], 16).units
    expect(other[0]).toBe(names[0])
    expect([other[1] === names[1], other[2] === names[2]]).toEqual([false, false])
    expect(new BlockChain(range(0, 16), 16, 16, 'tenant-a').units[0]).not.toBe(names[0])
    expect(new BlockChain(range(0, 50), 16, 47).units).toHaveLength(2)
    expect(new BlockChain(range(0, 16), 16).hash(0)).toBeLessThan(2n ** 64n)
  })
})

/** Steps an engine of 10 blocks of 4 tokens through requests, and tells the log of each step. */
function drive(log: KvEventLog) {
  const engine = new BatchingEngine(smallShape, 4, log)
  return {
    engine,
    run(tokens: readonly number[], outputTokens: number): readonly (readonly KvEvent[])[] {
      const chain = new BlockChain(tokens, 4, tokens.length)
      const sequence = add(engine, requestOf(chain.units, tokens.length, outputTokens))
      const batches: (readonly KvEvent[])[] = []
      while (sequence.state !== 'done') {
        engine.step()
        log.filled(chain, sequence.computed, 0)
        const events = log.take()
        if (events.length > 0) batches.push(events)
      }
      return batches
    },
  }
}

const withImage = (name: string) => new BlockChain(range(0, 12), 4, 12, 'tenant-a', [{ name, start: 2, end: 6 }])

describe('KvEventLog', () => {
  it('tells of blocks as steps fill them, each a child of the one before', () => {
    const { run } = drive(new KvEventLog())
    const tokens = range(0, 14)
    const chain = new BlockChain(tokens, 4)
    // Eight tokens a step: two blocks, one block; the last two tokens fill none.
    expect(run(tokens, 1)).toMatchObject([
      [{ kind: 'stored', blockHashes: [chain.hash(0), chain.hash(1)], parentBlockHash: null, tokenIds: range(0, 8) }],
      [{ kind: 'stored', blockHashes: [chain.hash(2)], parentBlockHash: chain.hash(1), tokenIds: range(8, 12) }],
    ])
  })

  it('tells of what is known already only once', () => {
    const { run } = drive(new KvEventLog())
    run(range(0, 9), 1)
    expect(run(range(0, 9), 1)).toEqual([])
    expect(run([...range(0, 8), 50, 51, 52, 53, 54], 1)).toMatchObject([[{ tokenIds: [50, 51, 52, 53] }]])
  })

  it('tells of what lost its place before what took it', () => {
    const { run } = drive(new KvEventLog())
    run(range(0, 20), 1)
    const last = new BlockChain(range(0, 20), 4).hash(4)
    const kinds = run(range(100, 124), 1).flat()
    expect(kinds.map(({ kind }) => kind)).toEqual(['stored', 'stored', 'removed', 'stored'])
    expect(kinds[2]).toMatchObject({ blockHashes: [last] })
  })

  it('tells of an emptied cache in one event', () => {
    const log = new KvEventLog()
    const { engine, run } = drive(log)
    run(range(0, 20), 1)
    log.clear(() => engine.forgetPrefixes())
    expect(log.take()).toEqual([{ kind: 'cleared' }])
    expect(run(range(0, 5), 1)).toMatchObject([[{ kind: 'stored', tokenIds: range(0, 4) }]])
  })

  it('marks blocks of a salt, in the first block only', () => {
    const log = new KvEventLog()
    log.filled(new BlockChain(range(0, 8), 4, 8, 'tenant-a'), 8, 0)
    expect(log.take()).toMatchObject([{ extraKeys: [['tenant-a'], null] }])
  })

  it('names the images of each block, with where they begin, and blocks by their images', () => {
    const log = new KvEventLog()
    log.filled(withImage('cat'), 12, 0)
    expect(log.take()).toMatchObject([{ extraKeys: [[['cat', 2], 'tenant-a'], [['cat', -2]], null] }])
    expect(withImage('dog').units.filter((unit, block) => unit === withImage('cat').units[block])).toEqual([])
  })
})
