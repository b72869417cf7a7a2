import { formatDuration } from '../console/index.ts'

/** When an answer's pieces came, in milliseconds of one clock. */
export interface AnswerTiming {
  readonly askedAtMs: number
  readonly firstPieceAtMs: number
  readonly lastPieceAtMs: number
  /** Pieces that came; about as many as tokens. */
  readonly pieces: number
  /** Output tokens by the server's own count, when it told. */
  readonly completionTokens?: number
}

/** `TTFT 210 ms, 42.1 tokens/s, 128 tokens`; the rate counts the tokens after the first over the time after the first. */
export function describeTiming(timing: AnswerTiming): string {
  const { askedAtMs, firstPieceAtMs, lastPieceAtMs, pieces, completionTokens } = timing
  const tokens = completionTokens ?? pieces
  const about = completionTokens === undefined ? 'about ' : ''
  const decodeMs = lastPieceAtMs - firstPieceAtMs
  const rate = tokens > 1 && decodeMs > 0 ? [`${about}${(((tokens - 1) / decodeMs) * 1000).toFixed(1)} tokens/s`] : []
  return [
    `TTFT ${formatDuration(firstPieceAtMs - askedAtMs)}`,
    ...rate,
    `${about}${tokens} ${tokens === 1 ? 'token' : 'tokens'}`,
  ].join(', ')
}
