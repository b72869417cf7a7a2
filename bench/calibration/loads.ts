/** Requests of one size, `concurrency` of them under way all the time. */
export interface Load {
  readonly name: string
  readonly concurrency: number
  readonly promptTokens: number
  readonly outputTokens: number
  /** Requests of each client in one round. */
  readonly perClient: number
}

/** What the engine model is fitted to: one request alone, short and long, and several at once. */
export const fitLoads: readonly Load[] = [
  { name: 'short, alone', concurrency: 1, promptTokens: 64, outputTokens: 24, perClient: 1 },
  { name: 'long, alone', concurrency: 1, promptTokens: 384, outputTokens: 16, perClient: 1 },
  { name: 'short, 4 at once', concurrency: 4, promptTokens: 96, outputTokens: 24, perClient: 2 },
]

/** What it is judged by: sizes and numbers at once that it has not seen. */
export const judgeLoads: readonly Load[] = [
  { name: 'middle, 2 at once', concurrency: 2, promptTokens: 224, outputTokens: 32, perClient: 2 },
  { name: 'middle, 3 at once', concurrency: 3, promptTokens: 160, outputTokens: 20, perClient: 2 },
  { name: 'short, 3 at once', concurrency: 3, promptTokens: 112, outputTokens: 36, perClient: 2 },
]
