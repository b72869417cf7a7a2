import { request as httpRequest } from 'node:http'
import { randomFrom, wordAt, wordCount } from '../../engines/index.ts'
import type { Workload } from '../../simulate/index.ts'

/** Words of three letters: with the space before it each is a token of the simulated engine, and of four bytes as gateways take tokens to be. */
const words = Array.from({ length: wordCount }, (_, index) => wordAt(index, 'within')).filter(
  ({ length }) => length === 4,
)

/** The text of a block of a trace: the same for the same id. */
function blockText(id: number, tokens: number): string {
  const random = randomFrom(id)
  return Array.from({ length: tokens }, () => words[Math.floor(random() * words.length)]).join('')
}

/** Asks what a workload asks, in streams: prompts of its whole blocks, and a token behind them. */
export class TraceClient {
  sent = 0
  ended = 0
  readonly #url: string
  readonly #bodies: readonly string[]
  readonly #answerTokens: Int32Array
  readonly #cachedTokens: Int32Array
  readonly #sentAtMs: Float64Array
  readonly #ttftMs: Float64Array

  /** @param url of a gateway whose model is `m` */
  constructor(url: string, { requests, blockTokens }: Workload) {
    this.#url = url
    this.#bodies = requests.map(({ blocks, outputTokens }) =>
      JSON.stringify({
        model: 'm',
        prompt: `${blocks.map((id) => blockText(id, blockTokens)).join('')}.`,
        max_tokens: outputTokens,
        ignore_eos: true,
        stream: true,
        stream_options: { include_usage: true, continuous_usage_stats: true },
      }),
    )
    this.#answerTokens = new Int32Array(requests.length)
    this.#cachedTokens = new Int32Array(requests.length)
    this.#sentAtMs = new Float64Array(requests.length)
    this.#ttftMs = new Float64Array(requests.length)
  }

  /** Tokens of answers that have come. */
  get receivedTokens(): number {
    return this.#answerTokens.reduce((sum, tokens) => sum + tokens, 0)
  }

  /** Tokens of a request's prompt that its engine had in its cache, once it has ended. */
  cachedTokens(place: number): number {
    return this.#cachedTokens[place] ?? 0
  }

  /** Milliseconds until the first token of a request's answer, once it is there; 0 before. */
  ttftMs(place: number): number {
    return this.#ttftMs[place] ?? 0
  }

  /** Sends the request of that place in the workload; its id is that place. */
  send(place: number): void {
    this.sent += 1
    this.#sentAtMs[place] = performance.now()
    const headers = { 'content-type': 'application/json', 'x-request-id': String(place) }
    const request = httpRequest(`${this.#url}/v1/completions`, { agent: false, method: 'POST', headers })
    request.on('response', (response) => {
      response.setEncoding('utf8')
      response.on('data', (text: string) => this.#read(place, text))
      response.on('end', () => {
        this.ended += 1
      })
    })
    request.end(this.#bodies[place])
  }

  #read(place: number, text: string): void {
    if (this.#ttftMs[place] === 0) this.#ttftMs[place] = performance.now() - (this.#sentAtMs[place] ?? 0)
    for (const [, tokens] of text.matchAll(/"completion_tokens":(\d+)/g)) this.#answerTokens[place] = Number(tokens)
    for (const [, tokens] of text.matchAll(/"cached_tokens":(\d+)/g)) this.#cachedTokens[place] = Number(tokens)
  }
}
