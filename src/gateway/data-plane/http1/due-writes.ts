import type { Socket } from 'node:net'

/** So many leave at once, even within a turn: the first has waited for the work that made all of them. */
const mostWrites = 16
/** So many bytes leave at once: what was just put together is still in the processor's cache. */
const mostBytes = 256 * 1024

interface DueWrite {
  readonly socket: Socket
  readonly bytes: Buffer
  readonly whenSent: (() => void) | undefined
}

/** In the order in which they were made. */
const due: DueWrite[] = []
let dueBytes = 0

/**
 * Where small messages of a turn are put together, one behind the other. In most cases the kernel takes all of them and
 * the next turn begins anew in the same place; where it does not, the bytes stay with whoever waits for them, and there
 * is a new place.
 */
const benchBytes = 20 * 1024
let bench = Buffer.allocUnsafeSlow(benchBytes)
let benchUsed = 0

/**
 * Memory for one message, to be filled and handed to `writeAtTurnEnd` before anything else is asked of this file.
 * What waits for a slow reader takes no more memory than it has bytes.
 */
export function roomFor(socket: Socket, bytes: number): Buffer {
  if (bytes > benchBytes || socket.writableLength > 0) return Buffer.allocUnsafe(bytes)
  if (benchUsed + bytes > benchBytes) writeDue()
  benchUsed += bytes
  return bench.subarray(benchUsed - bytes, benchUsed)
}

/**
 * Writes to a socket when this turn of the event loop is over, together with what other sockets get: each write that finds
 * its reader asleep wakes it, which costs more than the rest of the write, and the first of several in a row wakes it for
 * all. Reading and deciding in a row and writing in a row keeps the processor's caches warm, too.
 * @param whenSent called once, when the kernel has the bytes or the socket is gone
 * @returns whether the socket can take more now
 */
export function writeAtTurnEnd(socket: Socket, bytes: Buffer, whenSent?: () => void): boolean {
  due.push({ socket, bytes, whenSent })
  dueBytes += bytes.length
  if (due.length === mostWrites || dueBytes >= mostBytes) writeDue()
  else if (due.length === 1) setImmediate(writeDue)
  return !socket.writableNeedDrain
}

/** Whether something is due for a socket that it has not been given yet. */
export const isDue = (socket: Socket): boolean => due.some((write) => write.socket === socket)

/** Writes what is due now: before a socket is closed, or gets bytes in another way. */
export function writeDue(): void {
  let isBenchKept = false
  for (const { socket, bytes, whenSent } of due) {
    if (socket.destroyed) {
      whenSent?.()
    } else {
      socket.write(bytes, whenSent)
      isBenchKept ||= bytes.buffer === bench.buffer && socket.writableLength > 0
    }
  }
  due.length = 0
  dueBytes = 0
  benchUsed = 0
  if (isBenchKept) bench = Buffer.allocUnsafeSlow(benchBytes)
}
