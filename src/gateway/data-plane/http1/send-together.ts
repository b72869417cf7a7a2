import type { Socket } from 'node:net'
import type { BodyMemory } from '../body-memory.ts'

/** Bodies up to this size are copied between what goes around them: one plain write costs less than gathering several. */
const copiedBytes = 16 * 1024

/**
 * Where such a message is put together. In most cases the kernel takes all of it at once and the next message goes to
 * the same place; where it does not, the bytes stay with whoever waits for it, and there is a new place.
 */
let bench = Buffer.allocUnsafeSlow(copiedBytes + 4 * 1024)

/**
 * Until when the bytes of a body are there: `kept` as long as anybody has them, `lent` for the time of the call; or memory
 * that is let go once the kernel has them.
 */
export type BodyTenure = 'kept' | 'lent' | BodyMemory

/**
 * Sends a body with what goes before and after it, heads and chunk sizes, in as few system calls as it takes.
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
  if (body === null) return socket.write(before + after, 'latin1')
  if (tenure === 'lent' || body.length <= copiedBytes) {
    const length = before.length + body.length + after.length
    // What waits for a slow reader takes no more memory than it has bytes.
    const isOnBench = length <= bench.length && socket.writableLength === 0
    const bytes = isOnBench ? bench : Buffer.allocUnsafe(length)
    if (before !== '') bytes.write(before, 0, 'latin1')
    bytes.set(body, before.length)
    if (after !== '') bytes.write(after, before.length + body.length, 'latin1')
    if (typeof tenure !== 'string') tenure.release()
    const canTakeMore = socket.write(isOnBench ? bench.subarray(0, length) : bytes)
    if (isOnBench && socket.writableLength > 0) bench = Buffer.allocUnsafeSlow(bench.length)
    return canTakeMore
  }
  const whole = typeof tenure === 'string' || after !== '' ? null : tenure.withHead(before, body)
  if (whole !== null) return socket.write(whole, whenSent(tenure))
  if (before === '' && after === '') return socket.write(body, whenSent(tenure))
  socket.cork()
  if (before !== '') socket.write(before, 'latin1')
  let canTakeMore = socket.write(body, whenSent(tenure))
  if (after !== '') canTakeMore = socket.write(after, 'latin1')
  socket.uncork()
  return canTakeMore
}

const whenSent = (tenure: BodyTenure) => (typeof tenure === 'string' ? undefined : () => tenure.release())
