import { blockTokens, type ReplicaHandle } from './replica-handle.ts'

/**
 * Tokens of a prompt that each replica holds by the time that it comes to it, by place. An engine tells of a block when it
 * has computed it: of what it computes now, what it was sent says more, as far as that can be what it computes.
 * @param told tokens that it holds as its engine says
 * @param sentBlocks blocks that it was sent before; null where none is computed now
 * @param expected where the tokens are written
 * @returns the most of them
 */
export function expectHoldings(
  replicas: readonly ReplicaHandle[],
  told: Int32Array,
  sentBlocks: Int32Array | null,
  expected: Int32Array,
): number {
  let most = 0
  for (let place = 0; place < replicas.length; place += 1) {
    const known = told[place] ?? 0
    const pending = replicas[place]?.ownPrefillTokens ?? 0
    const sent = (sentBlocks?.[place] ?? 0) * blockTokens
    const held = Math.max(known, Math.min(sent, known + pending))
    expected[place] = held
    most = Math.max(most, held)
  }
  return most
}

/** Whether any of them computes a prompt that this gateway sent it. */
export const areComputing = (replicas: readonly ReplicaHandle[]): boolean =>
  replicas.some(({ ownPrefillTokens }) => ownPrefillTokens > 0)
