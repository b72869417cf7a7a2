import type { Readable } from 'node:stream'
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici'
import type { Environment } from '../../files/index.ts'
import { UserError } from '../../errors/index.ts'
import type { DownloadSettings } from './settings.ts'

/** A question to a server. */
export interface HttpQuestion {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  readonly url: URL
  /** What is sent; no redirect is followed with it. */
  readonly body?: Uint8Array | Readable
  /** How long the answer may take to begin; the client’s `stallMs` when absent. */
  readonly answerWithinMs?: number
  /** Sent to every host. */
  readonly headers?: Readonly<Record<string, string>>
  /** Credentials: sent to the origin of `url` only, whatever it redirects to. */
  readonly secretHeaders?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** `same-origin` stops at a redirect to another origin and gives it back. */
  readonly follow?: 'all' | 'same-origin'
}

/** The answer after redirects. */
export interface HttpAnswer {
  /** The address that answered. */
  readonly url: URL
  readonly status: number
  readonly body: Dispatcher.ResponseData['body']
  /** A header's value; the first one when it came more than once. */
  header(name: string): string | undefined
}

const maxRedirects = 5
const redirectStatuses = new Set([301, 302, 303, 307, 308])

/** Where a redirect leads. */
export function redirectTarget(from: URL, location: string): URL {
  const refuse = (why: string): never => {
    throw new UserError({ what: `${from.host} sent a redirect that cannot be followed`, where: from.host, why })
  }
  const target = URL.parse(location, from.href) ?? refuse('Its location is not an address.')
  if (target.protocol !== 'https:' && target.protocol !== 'http:') refuse(`It leads to ${target.protocol}.`)
  if (from.protocol === 'https:' && target.protocol === 'http:') refuse('It leads from https to http.')
  if (target.username !== '' || target.password !== '') refuse('It carries credentials.')
  return target
}

/** Asks HTTP servers on behalf of one download; close it afterwards. */
export class HttpClient {
  readonly #dispatcher: Dispatcher
  readonly #headersTimeoutMs: number

  constructor(environment: Environment, settings: DownloadSettings) {
    this.#headersTimeoutMs = settings.stallMs
    const httpProxy = environment['http_proxy'] ?? environment['HTTP_PROXY']
    const httpsProxy = environment['https_proxy'] ?? environment['HTTPS_PROXY']
    const options = {
      // Connections of HTTP/1.1, each with a window that grows as TCP's does: all pieces of a file would share one
      // connection of HTTP/2, and its 512 kB are 12 MB/s over 40 ms.
      allowH2: false,
      connect: { timeout: settings.connectTimeoutMs },
      headersTimeout: settings.stallMs,
      // The download watches the rate itself.
      bodyTimeout: 0,
    }
    this.#dispatcher =
      httpProxy || httpsProxy
        ? new EnvHttpProxyAgent({
            ...options,
            httpProxy: httpProxy ?? '',
            httpsProxy: httpsProxy ?? '',
            noProxy: environment['no_proxy'] ?? environment['NO_PROXY'] ?? '',
          })
        : new Agent(options)
  }

  /** Follows at most 5 redirects. The caller reads or drops the body. */
  async ask(question: HttpQuestion): Promise<HttpAnswer> {
    let url = question.url
    for (let redirects = 0; ; redirects += 1) {
      const response = await request(url, {
        method: question.method,
        dispatcher: this.#dispatcher,
        signal: question.signal,
        headersTimeout: question.answerWithinMs ?? this.#headersTimeoutMs,
        ...(question.body === undefined ? {} : { body: question.body }),
        headers: {
          'user-agent': 'fairlead',
          'accept-encoding': 'identity',
          ...question.headers,
          ...(url.origin === question.url.origin ? question.secretHeaders : {}),
        },
      })
      const header = (name: string): string | undefined => {
        const value = response.headers[name]
        return Array.isArray(value) ? value[0] : value
      }
      const location = header('location')
      const answer = { url, status: response.statusCode, body: response.body, header }
      const mayFollow = redirectStatuses.has(response.statusCode) && question.body === undefined
      if (!mayFollow || location === undefined) return answer
      const target = redirectTarget(url, location)
      if (question.follow === 'same-origin' && target.origin !== question.url.origin) return answer
      await dropBody(response.body)
      if (redirects >= maxRedirects) {
        throw new UserError({
          what: `${question.url.host} redirects in circles`,
          where: question.url.host,
          why: `It sent more than ${maxRedirects} redirects.`,
        })
      }
      url = target
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy()
  }
}

/** Ends a response whose body nobody reads. */
export async function dropBody(body: Dispatcher.ResponseData['body']): Promise<void> {
  await body.dump({ limit: 16_384 }).catch(() => undefined)
}

/** A body that is longer than it may be. */
export class BodyTooLarge extends Error {
  constructor(limitBytes: number) {
    super(`an answer has more than ${limitBytes} bytes`)
    this.name = 'BodyTooLarge'
  }
}

/** Reads a small body as text; stops at `limitBytes`. */
export async function readSmallBody(body: Dispatcher.ResponseData['body'], limitBytes: number): Promise<string> {
  return (await readSmallBytes(body, limitBytes)).toString('utf8')
}

/** Reads a small body as it is; stops at `limitBytes`. */
export async function readSmallBytes(body: Dispatcher.ResponseData['body'], limitBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of body) {
    pieces.push(piece as Buffer)
    length += (piece as Buffer).length
    if (length > limitBytes) throw new BodyTooLarge(limitBytes)
  }
  return Buffer.concat(pieces)
}
