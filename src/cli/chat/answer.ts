import type { Output } from '../output.ts'
import { streamAnswer, type ChatQuestion, type ChatServer } from './server.ts'
import { describeTiming } from './timing.ts'

/** How an answer ended. */
export interface Answer {
  readonly text: string
  /** Whether it was stopped before its end. */
  readonly isStopped: boolean
}

/** Streams one answer to standard output and tells its timing on standard error. @throws UserError when the server refuses. */
export async function printAnswer(
  server: ChatServer,
  question: ChatQuestion,
  output: Output,
  signal: AbortSignal,
): Promise<Answer> {
  const askedAtMs = performance.now()
  let firstPieceAtMs: number | undefined
  let lastPieceAtMs = askedAtMs
  let pieces = 0
  let completionTokens: number | undefined
  let text = ''
  let isStopped = false
  try {
    for await (const piece of streamAnswer(server, question, signal)) {
      if (piece.kind === 'usage') {
        completionTokens = piece.completionTokens
        continue
      }
      lastPieceAtMs = performance.now()
      firstPieceAtMs ??= lastPieceAtMs
      pieces += 1
      if (piece.kind === 'text') {
        text += piece.text
        output.write(piece.text)
      } else if (output.isResultTerminal) {
        output.write(output.paint.dim(piece.text))
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
    isStopped = true
  } finally {
    if (pieces > 0 && !text.endsWith('\n')) output.write('\n')
  }
  if (firstPieceAtMs !== undefined) {
    const timing = { askedAtMs, firstPieceAtMs, lastPieceAtMs, pieces }
    const told = describeTiming(completionTokens === undefined ? timing : { ...timing, completionTokens })
    output.note(output.notePaint.dim(isStopped ? `stopped; ${told}` : told))
  } else if (isStopped) {
    output.note(output.notePaint.dim('stopped'))
  }
  return { text, isStopped }
}
