import { decodeKvMessage, readSequence } from './decode-message.ts'
import type { KvMessage, MalformedKvMessage } from './events.ts'

const empty = new Uint8Array(0)

/** The frames that ask a publisher for its batches from a number on (as a DEALER sends them). */
export function replayRequest(from: number): Uint8Array[] {
  const number = new Uint8Array(8)
  new DataView(number.buffer).setBigUint64(0, BigInt(from))
  return [empty, number]
}

/**
 * Reads one reply of a replay: a batch, or the end. Since 2026-07 the topic comes before the number; older publishers
 * leave it out.
 */
export function decodeReplayReply(frames: readonly Uint8Array[]): KvMessage | MalformedKvMessage | { kind: 'end' } {
  const parts = frames[0]?.length === 0 ? frames.slice(1) : frames
  const [number, payload] = parts.slice(-2)
  if (number === undefined || payload === undefined) {
    return { kind: 'malformed', sequence: null, reason: `a reply of ${frames.length} frames` }
  }
  if (payload.length === 0 && number.length === 8 && number.every((byte) => byte === 0xff)) return { kind: 'end' }
  if (readSequence(number) === null) return { kind: 'malformed', sequence: null, reason: 'a reply without a number' }
  return decodeKvMessage([parts.length === 3 ? (parts[0] ?? empty) : empty, number, payload])
}
