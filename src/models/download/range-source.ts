import type { ByteRange } from './byte-ranges.ts'
import { dropBody, type HttpClient } from './http-client.ts'
import { judgeRange, RefusedStatus, type OpenedRange } from './read-range.ts'
import { PassingFailure } from './retry.ts'

/** Where a file is fetched from. */
export interface FileAddress {
  readonly url: URL
  /** Sent to the origin of `url` only. */
  readonly secretHeaders: Readonly<Record<string, string>>
}

/** Asks for parts of one file. Remembers where redirects led, so that not every part asks for the way anew. */
export class RangeSource {
  readonly #client: HttpClient
  readonly #address: FileAddress
  readonly #signal: AbortSignal
  #location: URL | undefined

  constructor(client: HttpClient, address: FileAddress, signal: AbortSignal) {
    this.#client = client
    this.#address = address
    this.#signal = signal
  }

  /** With a `validator`, a server whose file is another one by now sends the whole of it (RFC 9110 §13.1.5). */
  async open(range: ByteRange, validator: string | undefined): Promise<OpenedRange> {
    const location = this.#location
    const url = location ?? this.#address.url
    const answer = await this.#client.ask({
      method: 'GET',
      url,
      signal: this.#signal,
      headers: {
        range: `bytes=${range.start}-${range.end - 1}`,
        ...(validator === undefined ? {} : { 'if-range': validator }),
      },
      ...(url.origin === this.#address.url.origin ? { secretHeaders: this.#address.secretHeaders } : {}),
    })
    try {
      const opened = await judgeRange(answer, range)
      this.#location = answer.url
      return opened
    } catch (error) {
      if (!(error instanceof RefusedStatus) || location === undefined) throw error
      // Signed addresses expire; the first address gives a new one.
      this.#location = undefined
      await dropBody(answer.body)
      throw new PassingFailure(`${answer.url.host} answered ${answer.status}`)
    }
  }
}
