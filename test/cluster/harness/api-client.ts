import { readFileSync } from 'node:fs'
import { Agent, request } from 'undici'
import { until } from '../../harness/until.ts'

/** Where an API server is, and as whom to speak to it. */
export interface Access {
  readonly url: string
  /** The server's certificate, which it signed itself. */
  readonly caFile: string
  readonly token: string
}

/** An answer of the API server. */
export interface ApiAnswer {
  readonly status: number
  /** The object; of a refusal, the Status object. */
  readonly body: ApiObject
}

/** JSON as the API server gives it. */
export type ApiObject = Readonly<Record<string, unknown>> & {
  readonly metadata?: {
    readonly name?: string
    readonly namespace?: string
    readonly uid?: string
    readonly resourceVersion?: string
  }
  readonly message?: string
}

const answerWithinMs = 60_000

/** Speaks to one API server over kept connections. */
export class ApiClient {
  readonly #access: Access
  readonly #agent: Agent

  constructor(access: Access) {
    this.#access = access
    this.#agent = new Agent({ allowH2: false, connect: { ca: readFileSync(access.caFile, 'utf8') } })
  }

  get(path: string): Promise<ApiAnswer> {
    return this.#ask('GET', path)
  }

  /** The text at a path that is no object, such as a document of /openapi/v3. */
  async getText(path: string): Promise<string> {
    const { status, text } = await this.#exchange('GET', path)
    if (status !== 200) throw new Error(`GET ${path} was answered ${status}`)
    return text
  }

  post(path: string, body: unknown): Promise<ApiAnswer> {
    return this.#ask('POST', path, body)
  }

  put(path: string, body: unknown): Promise<ApiAnswer> {
    return this.#ask('PUT', path, body)
  }

  /** A server-side apply; the path says the field manager. JSON is YAML, the only form that applies may have. */
  apply(path: string, body: unknown): Promise<ApiAnswer> {
    return this.#ask('PATCH', path, body, 'application/apply-patch+yaml')
  }

  merge(path: string, body: unknown): Promise<ApiAnswer> {
    return this.#ask('PATCH', path, body, 'application/merge-patch+json')
  }

  /** `options` are DeleteOptions. */
  delete(path: string, options?: unknown): Promise<ApiAnswer> {
    return this.#ask('DELETE', path, options)
  }

  /** Lines of an answer that goes on until the server or the signal ends it, such as a watch. Rejects unless it is answered 200. */
  async *lines(path: string, signal: AbortSignal): AsyncGenerator<string> {
    const { statusCode, body } = await request(`${this.#access.url}${path}`, {
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${this.#access.token}`, accept: 'application/json' },
      headersTimeout: answerWithinMs,
      bodyTimeout: 0,
      signal,
    })
    if (statusCode !== 200) throw new Error(`GET ${path} was answered ${statusCode}: ${await body.text()}`)
    body.setEncoding('utf8')
    let rest = ''
    for await (const piece of body) {
      const lines = `${rest}${piece}`.split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }

  /** A server that has just started answers 429 until it has read what it stores; nothing has happened then. */
  async #ask(method: string, path: string, body?: unknown, type?: string): Promise<ApiAnswer> {
    const isDecided = async () => {
      const answer = await this.#askOnce(method, path, body, type)
      return answer.status === 429 ? undefined : answer
    }
    return until(isDecided, () => `${method} ${path} was answered 429`)
  }

  async #askOnce(method: string, path: string, body?: unknown, type?: string): Promise<ApiAnswer> {
    const { status, text } = await this.#exchange(method, path, body, type)
    return { status, body: text.startsWith('{') ? (JSON.parse(text) as ApiObject) : { message: text } }
  }

  async #exchange(method: string, path: string, body?: unknown, type = 'application/json') {
    const { statusCode, body: answer } = await request(`${this.#access.url}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${this.#access.token}`, accept: 'application/json', 'content-type': type },
      body: body === undefined ? null : JSON.stringify(body),
      headersTimeout: answerWithinMs,
      bodyTimeout: answerWithinMs,
    })
    return { status: statusCode, text: await answer.text() }
  }
}
