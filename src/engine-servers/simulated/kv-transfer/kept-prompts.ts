/** Decodes that wait for prompts at one engine at the most; vLLM's scheduler has as many requests waiting by far. */
const waitersLimit = 4096

interface Kept {
  readonly digest: string
  end(isFetched: boolean): void
  /** Ends it without giving its blocks back: there is no engine any more. */
  drop(): void
}

interface Waiter {
  readonly digest: string
  end(isThere: boolean): void
}

/**
 * Prompts whose blocks are kept until another engine has fetched them, or nobody has in time, and the engines that wait for
 * prompts which are not computed yet. A prompt is handed over once, and only to who has the very same one. How many are
 * kept is bounded by the KV cache, in which each takes a block at least.
 */
export class KeptPrompts {
  readonly #leaseMs: number
  readonly #prompts = new Map<string, Kept>()
  readonly #waiters = new Map<string, Waiter>()
  #expired = 0

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs
  }

  /** Prompts that nobody fetched in time. */
  get expired(): number {
    return this.#expired
  }

  /**
   * Keeps a prompt; of two under one name the later one.
   * @param signal lets go of it early
   * @returns whether it was fetched
   */
  keep(name: string, digest: string, release: () => void, signal?: AbortSignal): Promise<boolean> {
    this.#prompts.get(name)?.end(false)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const settle = (isFetched: boolean): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', letGo)
      if (this.#prompts.get(name) === kept) this.#prompts.delete(name)
      resolve(isFetched)
    }
    const end = (isFetched: boolean): void => {
      release()
      settle(isFetched)
    }
    const letGo = (): void => end(false)
    const timer = setTimeout(() => {
      this.#expired += 1
      end(false)
    }, this.#leaseMs)
    timer.unref()
    const kept: Kept = { digest, end, drop: () => settle(false) }
    this.#prompts.set(name, kept)
    signal?.addEventListener('abort', letGo, { once: true })
    if (signal?.aborted === true) letGo()
    const waiter = this.#waiters.get(name)
    if (waiter !== undefined) waiter.end(this.handOver(name, waiter.digest))
    return promise
  }

  /** Hands a prompt over and gives its blocks back; false for one that is not kept, or is another one. */
  handOver(name: string, digest: string): boolean {
    const kept = this.#prompts.get(name)
    if (kept === undefined || kept.digest !== digest) return false
    kept.end(true)
    return true
  }

  /** Hands a prompt over once it is there; false when it is another one, somebody waits for it already, or the signal fires. */
  await(name: string, digest: string, signal: AbortSignal): Promise<boolean> {
    if (this.#prompts.has(name)) return Promise.resolve(this.handOver(name, digest))
    if (this.#waiters.has(name) || this.#waiters.size >= waitersLimit || signal.aborted) return Promise.resolve(false)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const end = (isThere: boolean): void => {
      signal.removeEventListener('abort', leave)
      this.#waiters.delete(name)
      resolve(isThere)
    }
    const leave = (): void => end(false)
    signal.addEventListener('abort', leave, { once: true })
    this.#waiters.set(name, { digest, end })
    return promise
  }

  close(): void {
    for (const waiter of this.#waiters.values()) waiter.end(false)
    for (const kept of this.#prompts.values()) kept.drop()
  }
}
