import type { Socket } from 'node:net'
import type { BodyMemory } from '../body-memory.ts'

/** Bodies up to this size are copied between what goes around them: one plain write costs less than gathering several. */
const copiedBytes = 16 * 1024

/**
 * Sends a body with what goes before and after it, heads and chunk sizes, in as few system calls as it takes.
 * @param before to be sent as latin1, as is `after`
 * @param memory where the body is; it is let go once the kernel has the body
 * @returns whether the socket can take more now
 */
export function sendTogether(
  socket: Socket,
  before: string,
  body: Buffer | null,
  after = '',
  memory: BodyMemory | null = null,
): boolean {
  if (body === null) return socket.write(before + after, 'latin1')
  if (before === '' && after === '') return socket.write(body, whenSent(memory))
  if (body.length <= copiedBytes) {
    const bytes = Buffer.allocUnsafe(before.length + body.length + after.length)
    bytes.write(before, 0, 'latin1')
    bytes.set(body, before.length)
    memory?.release()
    if (after !== '') bytes.write(after, before.length + body.length, 'latin1')
    return socket.write(bytes)
  }
  socket.cork()
  if (before !== '') socket.write(before, 'latin1')
  let canTakeMore = socket.write(body, whenSent(memory))
  if (after !== '') canTakeMore = socket.write(after, 'latin1')
  socket.uncork()
  return canTakeMore
}

const whenSent = (memory: BodyMemory | null) => (memory === null ? undefined : () => memory.release())
