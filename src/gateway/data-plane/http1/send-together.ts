import type { Socket } from 'node:net'
import type { BodyMemory } from '../body-memory.ts'
import { roomFor, writeAtTurnEnd, writeDue } from './due-writes.ts'

/** Bodies up to this size are copied between what goes around them: one plain write costs less than gathering several. */
const copiedBytes = 16 * 1024

/**
 * Until when the bytes of a body are there: `kept` as long as anybody has them, `lent` for the time of the call; or memory
 * that is let go once the kernel has them.
 */
export type BodyTenure = 'kept' | 'lent' | BodyMemory

/**
 * Sends a body with what goes before and after it, heads and chunk sizes, in as few system calls as it takes; at the end
 * of the turn of the event loop, or when `writeDue` is called.
 * @param before to be sent as latin1, as is `after`
 * @returns whether the socket can take more now
 */
export function sendTogether(
  socket: Socket,
  before: string,
  body: Buffer | null,
  after: string,
  tenure: BodyTenure,
): boolean {
  const bodyBytes = body?.length ?? 0
  if (body === null || tenure === 'lent' || bodyBytes <= copiedBytes) {
    const bytes = roomFor(socket, before.length + bodyBytes + after.length)
    if (before !== '') bytes.write(before, 0, 'latin1')
    if (body !== null) bytes.set(body, before.length)
    if (after !== '') bytes.write(after, before.length + bodyBytes, 'latin1')
    if (typeof tenure !== 'string') tenure.release()
    return writeAtTurnEnd(socket, bytes)
  }
  const whole = typeof tenure === 'string' || after !== '' ? null : tenure.withHead(before, body)
  if (whole !== null) return writeAtTurnEnd(socket, whole, whenSent(tenure))
  if (before === '' && after === '') return writeAtTurnEnd(socket, body, whenSent(tenure))
  writeDue()
  socket.cork()
  if (before !== '') socket.write(before, 'latin1')
  let canTakeMore = socket.write(body, whenSent(tenure))
  if (after !== '') canTakeMore = socket.write(after, 'latin1')
  socket.uncork()
  return canTakeMore
}

const whenSent = (tenure: BodyTenure) => (typeof tenure === 'string' ? undefined : () => tenure.release())
