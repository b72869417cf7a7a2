import { decodeReplayReply, replayRequest, type KvMessage, type MalformedKvMessage } from '../../engines/index.ts'
import { mostMessageBytes, mostWaitingReplies } from './limits.ts'
import type { Zeromq } from './load-zeromq.ts'

/** How a replay ended: all was sent, whoever took the replies had enough, or nothing came for too long. */
export type ReplayEnd = 'end' | 'stopped' | 'no-answer'

/**
 * Asks a publisher for its batches from a number on.
 * @param take gets each reply in order; false ends the replay
 * @param timeoutMs between two replies
 */
export async function replay(
  { Dealer }: Zeromq,
  endpoint: string,
  from: number,
  take: (message: KvMessage | MalformedKvMessage) => boolean,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ReplayEnd> {
  const dealer = new Dealer({ linger: 0, receiveTimeout: timeoutMs, sendTimeout: timeoutMs, ipv6: true })
  dealer.maxMessageSize = mostMessageBytes
  dealer.receiveHighWaterMark = mostWaitingReplies
  const close = (): void => dealer.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    dealer.connect(endpoint)
    await dealer.send(replayRequest(from))
    for (;;) {
      const reply = decodeReplayReply(await dealer.receive())
      if (reply.kind === 'end') return 'end'
      if (!take(reply)) return 'stopped'
    }
  } catch (error) {
    if (signal.aborted) return 'stopped'
    if (isTimeout(error)) return 'no-answer'
    throw error
  } finally {
    signal.removeEventListener('abort', close)
    dealer.close()
  }
}

const isTimeout = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EAGAIN'
