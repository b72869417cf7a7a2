import { readBoundedFile } from '../../files/index.ts'

/** A token is at most a few kB; a projected one of a service account about 1 kB. */
const limitBytes = 64 * 1024
/** Kubelets replace tokens when four fifths of their life are over, which leaves at least two minutes. */
const readAgainAfterMs = 10_000

/** A token in a file that somebody replaces before it expires. */
export class TokenFile {
  readonly #path: string
  readonly #now: () => number
  #token: string | undefined
  #readAt = 0

  constructor(path: string, now: () => number = () => performance.now()) {
    this.#path = path
    this.#now = now
  }

  /** The token; the one read before where the file cannot be read for a moment. */
  async token(): Promise<string> {
    if (this.#token !== undefined && this.#now() - this.#readAt < readAgainAfterMs) return this.#token
    try {
      this.#token = (await readBoundedFile(this.#path, limitBytes)).toString('utf8').trim()
      this.#readAt = this.#now()
    } catch (error) {
      if (this.#token === undefined) throw error
    }
    return this.#token
  }

  /** Has the next request read the file again. */
  renew(): void {
    this.#readAt = Number.NEGATIVE_INFINITY
  }
}
