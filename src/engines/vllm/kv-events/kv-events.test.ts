import { assert, nat, property } from 'fast-check'
import { pack } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { decodeKvMessage, decodeReplayReply, replayRequest, type KvEvent } from './index.ts'
import { recordedFrames, type Recording } from './testing/recorded-frames.ts'

const sequence = (number: number): Uint8Array => replayRequest(number)[1] ?? new Uint8Array(0)
const message = (payload: unknown, number = 3) => [Buffer.from('kv'), sequence(number), pack(payload)]

function eventsOf(frames: readonly Uint8Array[]): readonly KvEvent[] {
  const read = decodeKvMessage(frames)
  if (read.kind === 'malformed') throw new Error(read.reason)
  expect(read.batch.problems).toEqual([])
  return read.batch.events
}

const stored = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'BlockStored',
  block_hashes: [1, 2],
  parent_block_hash: null,
  token_ids: [5, 6, 7, 8],
  block_size: 2,
  lora_id: null,
  medium: 'GPU',
  lora_name: null,
  ...change,
})

describe('what a real vLLM 0.32 published', () => {
  it.each<[Recording, number]>([
    ['kv-events', 5],
    ['kv-events-evict', 21],
    ['kv-events-pd-prefill', 3],
    ['kv-events-pd-decode', 3],
  ])('%s is read whole, without a problem', (recording, atLeast) => {
    const frames = recordedFrames(recording)
    const events = frames.flatMap(eventsOf)
    expect(events.length).toBeGreaterThanOrEqual(atLeast)
    const stored = events.filter((event) => event.kind === 'stored')
    expect(stored.map(({ tokenIds }) => tokenIds.length)).toEqual(
      stored.map(({ blockHashes, blockSize }) => blockHashes.length * blockSize),
    )
  })

  it('keeps hashes of 64 bits, parents, salts and adapters, which a prefix index is wrong without', () => {
    const [first, second, salted, tuned, cleared] = recordedFrames('kv-events').map(eventsOf)
    expect(first?.[0]).toMatchObject({
      kind: 'stored',
      blockHashes: [15_261_010_992_318_657_824n, 15_691_903_726_220_407_539n],
      parentBlockHash: null,
      blockSize: 32,
      extraKeys: [null, null],
      group: 0,
      specKind: 'full_attention',
      medium: 'GPU',
    })
    expect(second?.[0]).toMatchObject({ parentBlockHash: 15_691_903_726_220_407_539n })
    expect(salted?.[0]).toMatchObject({ extraKeys: [['tenant-a']] })
    expect(tuned?.[0]).toMatchObject({ extraKeys: [['tuned']], loraName: 'tuned', loraId: 6 })
    expect(cleared?.map(({ kind }) => kind)).toEqual(['cleared', 'stored'])
  })

  it('tells of evicted blocks by the names that they were stored under', () => {
    const events = recordedFrames('kv-events-evict').flatMap(eventsOf)
    const removed = events.filter((event) => event.kind === 'removed')
    expect(removed.length).toBeGreaterThan(10)
    expect(removed[0]).toEqual({ kind: 'removed', blockHashes: [34_936_209_408_024_690n], medium: 'GPU', group: 0 })
  })
})

describe('encodings', () => {
  const full = [
    'BlockStored',
    [1, 2],
    9,
    [5, 6, 7, 8],
    2,
    4,
    'GPU',
    'a',
    [['a'], null],
    1,
    'sliding_window',
    128,
    'future',
  ]
  const named = stored({
    parent_block_hash: 9,
    lora_id: 4,
    lora_name: 'a',
    extra_keys: [['a'], null],
    group_idx: 1,
    kv_cache_spec_kind: 'sliding_window',
    locality: 'LOCAL',
    future: { any: 'thing' },
  })

  it('reads an event by position as it reads one by name, with what it does not know on top', () => {
    expect(eventsOf(message([1, [full], 0]))).toEqual(eventsOf(message([1, [named], 0])))
  })

  it.each([5, 6, 7, 8, 9, 10, 11])('reads the older event of %d positions', (length) => {
    const [event] = eventsOf(message([1, [full.slice(0, length)]]))
    expect(event).toMatchObject({ kind: 'stored', blockHashes: [1n, 2n], tokenIds: [5, 6, 7, 8], parentBlockHash: 9n })
  })

  it('reads removals and clearings by position, and a batch that is a map', () => {
    const events = [['BlockRemoved', [7]], ['BlockRemoved', [7], 'CPU', 2], ['AllBlocksCleared']]
    expect(eventsOf(message({ ts: 1, events, data_parallel_rank: 3 }))).toEqual([
      { kind: 'removed', blockHashes: [7n], medium: null, group: 0 },
      { kind: 'removed', blockHashes: [7n], medium: 'CPU', group: 2 },
      { kind: 'cleared' },
    ])
    expect(decodeKvMessage(message({ ts: 1, events, data_parallel_rank: 3 }))).toMatchObject({
      batch: { rank: 3, time: 1 },
    })
  })

  it('names a block the same by integer, signed integer and digest', () => {
    const digest = Buffer.alloc(32, 7)
    digest.writeBigUInt64BE(0xfedcba9876543210n, 24)
    const names = [0xfedcba9876543210n, BigInt.asIntN(64, 0xfedcba9876543210n), digest]
    for (const name of names) {
      const [event] = eventsOf(message([1, [stored({ block_hashes: [name, name] })]]))
      expect(event).toMatchObject({ blockHashes: [0xfedcba9876543210n, 0xfedcba9876543210n] })
    }
  })
})

describe('what is malformed', () => {
  it.each<[string, Record<string, unknown>]>([
    ['BlockStored: block_hashes', { block_hashes: ['x'] }],
    ['BlockStored: parent_block_hash', { parent_block_hash: 'x' }],
    ['BlockStored: token_ids', { token_ids: [1, 2, 3, -4] }],
    ['BlockStored: 3 tokens for 2 blocks of 2', { token_ids: [1, 2, 3] }],
    ['BlockStored: block_size', { block_size: 0 }],
    ['BlockStored: extra_keys', { extra_keys: [null] }],
    ['BlockStored: group_idx', { group_idx: 'a' }],
    ['an event of type Later', { type: 'Later' }],
  ])('one event is told of (%s) and the others of its batch are kept', (reason, change) => {
    const read = decodeKvMessage(message([1, [stored(change), { type: 'AllBlocksCleared' }]]))
    expect(read).toMatchObject({ kind: 'batch', batch: { events: [{ kind: 'cleared' }] } })
    expect(read.kind === 'batch' && read.batch.problems[0]).toContain(reason)
  })

  it('an event without token ids is an event: its blocks cannot be placed, and that is counted elsewhere', () => {
    expect(eventsOf(message([1, [stored({ token_ids: [] })]]))).toMatchObject([{ kind: 'stored', tokenIds: [] }])
  })

  it.each<[string, readonly Uint8Array[]]>([
    ['frames', [Buffer.from('kv')]],
    ['sequence', [Buffer.from('kv'), Buffer.from([1]), pack([1, [], 0])]],
    ['msgpack', [Buffer.from('kv'), sequence(1), pack([1, ['text'], 0]).subarray(0, 5)]],
    ['not a batch', message('text')],
  ])('a message is refused with its reason (%s)', (reason, frames) => {
    const read = decodeKvMessage(frames)
    expect(read.kind === 'malformed' && read.reason).toContain(reason)
  })

  it('never throws, whatever bytes an engine sends', () => {
    const [real] = recordedFrames('kv-events')
    const payload = real?.[2] ?? Buffer.alloc(0)
    assert(
      property(nat(payload.length - 1), nat(255), nat(payload.length), (place, byte, end) => {
        const changed = Buffer.from(payload)
        changed[place] = byte
        const read = decodeKvMessage([Buffer.from('kv'), sequence(1), changed.subarray(0, end)])
        const replayed = decodeReplayReply([Buffer.alloc(0), changed.subarray(0, 8), changed])
        expect(['batch', 'malformed']).toContain(read.kind)
        expect(['batch', 'malformed', 'end']).toContain(replayed.kind)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('replay', () => {
  it('asks from a number on, and reads replies with a topic and without, up to the end', () => {
    const [topic = Buffer.alloc(0), number = Buffer.alloc(0), payload = Buffer.alloc(0)] =
      recordedFrames('kv-events')[0] ?? []
    const empty = Buffer.alloc(0)
    expect(replayRequest(6)).toEqual([new Uint8Array(0), new Uint8Array(number)])
    const withTopic = decodeReplayReply([empty, topic, number, payload])
    expect(withTopic).toMatchObject({ kind: 'batch', topic: 'kv-events', sequence: 6 })
    expect(decodeReplayReply([empty, number, payload])).toEqual({ ...withTopic, topic: '' })
    const end = Buffer.alloc(8, 0xff)
    expect(decodeReplayReply([empty, empty, end, empty])).toEqual({ kind: 'end' })
    expect(decodeReplayReply([empty, end, empty])).toEqual({ kind: 'end' })
  })
})
