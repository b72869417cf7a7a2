import { Unpackr } from 'msgpackr/unpack'
import { decodeEvent } from './decode-event.ts'
import { isRecord } from './event-fields.ts'
import type { KvEvent, KvEventBatch, KvMessage, MalformedKvMessage } from './events.ts'

/** Hashes use all 64 bits: a double would lose some of them. */
const unpackr = new Unpackr({ int64AsType: 'bigint', useRecords: false, mapsAsObjects: true })

/** Sentences kept of one batch. */
const mostProblems = 8

/**
 * Reads a message as vLLM publishes it: topic, number (8 bytes, big-endian), payload (msgpack).
 * Source: vLLM 0.32.0, `vllm/distributed/kv_events.py`, `ZmqEventPublisher`.
 */
export function decodeKvMessage(frames: readonly Uint8Array[]): KvMessage | MalformedKvMessage {
  const [topic, number, payload] = frames
  if (topic === undefined || number === undefined || payload === undefined || frames.length !== 3) {
    return { kind: 'malformed', sequence: null, reason: `a message of ${frames.length} frames instead of 3` }
  }
  const sequence = readSequence(number)
  if (sequence === null) {
    return { kind: 'malformed', sequence, reason: 'a sequence number that is not 8 bytes below 2^53' }
  }
  const batch = decodeBatch(payload)
  if (typeof batch === 'string') return { kind: 'malformed', sequence, reason: batch }
  return { kind: 'batch', topic: Buffer.from(topic).toString('utf8'), sequence, batch }
}

/** Reads a sequence number of 8 bytes, big-endian; null for what is none. */
export function readSequence(bytes: Uint8Array): number | null {
  if (bytes.length !== 8) return null
  const sequence = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0))
  return Number.isSafeInteger(sequence) ? sequence : null
}

/** Reads a batch: an array, or a map of the same; a sentence when it is none. */
function decodeBatch(payload: Uint8Array): KvEventBatch | string {
  let value: unknown
  try {
    value = unpackr.unpack(payload)
  } catch (error) {
    return `a payload that is not msgpack: ${error instanceof Error ? error.message : 'unreadable'}`
  }
  const [time, events, rank] = Array.isArray(value)
    ? (value as unknown[])
    : isRecord(value)
      ? [value['ts'], value['events'], value['data_parallel_rank']]
      : []
  if (!Array.isArray(events)) return 'a payload that is not a batch of events'
  const read: KvEvent[] = []
  const problems: string[] = []
  for (const each of events as unknown[]) {
    const event = decodeEvent(each)
    if (event.kind !== 'problem') read.push(event)
    else if (problems.length < mostProblems) problems.push(event.reason)
  }
  return {
    time: typeof time === 'number' ? time : 0,
    rank: typeof rank === 'number' && Number.isInteger(rank) && rank >= 0 ? rank : null,
    events: read,
    problems,
  }
}
