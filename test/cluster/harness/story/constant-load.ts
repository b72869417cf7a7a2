import OpenAI from 'openai'

/** A request that failed: when it was sent, how long it lived, and why. */
export interface Failure {
  readonly at: Date
  readonly afterMs: number
  readonly why: string
}

/** What became of the requests of a load. */
export interface LoadReport {
  readonly answered: number
  /** Requests that failed before the first word of an answer. */
  readonly refused: readonly Failure[]
  /** Answers that ended before their end. */
  readonly cut: readonly Failure[]
  /** The longest that an answered request waited for its first word. */
  readonly slowestMs: number
}

/** What becomes of requests under way when a load ends: they are taken back and count as nothing, or are waited for. */
export type LoadEnd = 'now' | 'answered'

/** Lengths of answers in tokens, one client each: most are short, one is longer than engines stay before they are told to stop. */
const lengths = [2, 4, 8, 8, 16, 240] as const
const answerWithinMs = 60_000

/**
 * Clients that ask without a pause until they are stopped: the real client library, streaming, without retries of its own
 * unless a test says how many.
 */
export class ConstantLoad {
  readonly #client: OpenAI
  readonly #model: string
  readonly #clients: Promise<void>[]
  readonly #refused: Failure[] = []
  readonly #cut: Failure[] = []
  readonly #over = new AbortController()
  #isOver = false
  #answered = 0
  #slowestMs = 0

  constructor(gateway: string, key: string, model: string, maxRetries = 0) {
    this.#client = new OpenAI({
      baseURL: `http://${gateway}/v1`,
      apiKey: key,
      maxRetries,
      timeout: answerWithinMs,
      // A connection that is kept may be closed by a server that stops just when it is used again; only the client can ask anew
      // then (RFC 9112, 9.5), and these do not.
      defaultHeaders: { connection: 'close' },
    })
    this.#model = model
    this.#clients = lengths.map((tokens) => this.#askAgainAndAgain(tokens))
  }

  get answered(): number {
    return this.#answered
  }

  /** No new requests from here on. */
  async stop(end: LoadEnd): Promise<LoadReport> {
    this.#isOver = true
    if (end === 'now') this.#over.abort()
    await Promise.all(this.#clients)
    return { answered: this.#answered, refused: this.#refused, cut: this.#cut, slowestMs: this.#slowestMs }
  }

  async #askAgainAndAgain(tokens: number): Promise<void> {
    while (!this.#isOver) await this.#ask(tokens)
  }

  async #ask(tokens: number): Promise<void> {
    const at = new Date()
    const startMs = performance.now()
    let beganAfterMs: number | undefined
    let finish: string | null = null
    const tell = (why: string) => {
      const list = beganAfterMs === undefined ? this.#refused : this.#cut
      list.push({ at, afterMs: performance.now() - startMs, why })
    }
    try {
      const messages = [{ role: 'user' as const, content: 'Tell me of the sea.' }]
      const question = { model: this.#model, stream: true as const, max_tokens: tokens, messages }
      const stream = await this.#client.chat.completions.create(question, { signal: this.#over.signal })
      for await (const chunk of stream) {
        if ((chunk.choices[0]?.delta.content ?? '') !== '') beganAfterMs ??= performance.now() - startMs
        finish = chunk.choices[0]?.finish_reason ?? finish
      }
      if (this.#over.signal.aborted) return
      if (finish === null) tell('ended without a reason')
      else this.#answered += 1
      this.#slowestMs = Math.max(this.#slowestMs, beganAfterMs ?? 0)
    } catch (error) {
      if (this.#over.signal.aborted) return
      tell(error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error))
    }
  }
}
