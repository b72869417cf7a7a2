/** How long blocks are kept for whoever fetches them: `kv_lease_duration` of vLLM's NIXL connector (since 0.22). */
const usualLeaseMs = 30_000

interface Kept {
  release(): void
  readonly timer: NodeJS.Timeout
}

/** Prompts whose blocks are kept until another engine has fetched them, or nobody has in time. */
export class KeptPrompts {
  readonly #leaseMs: number
  readonly #prompts = new Map<string, Kept>()
  #expired = 0

  constructor(leaseMs = usualLeaseMs) {
    this.#leaseMs = leaseMs
  }

  /** Prompts that nobody fetched in time. */
  get expired(): number {
    return this.#expired
  }

  keep(requestId: string, release: () => void): void {
    const timer = setTimeout(() => {
      this.#prompts.delete(requestId)
      this.#expired += 1
      release()
    }, this.#leaseMs)
    timer.unref()
    this.#prompts.set(requestId, { release, timer })
  }

  /** Hands a prompt over and gives its blocks back; false for one that is not kept. */
  handOver(requestId: string): boolean {
    const kept = this.#prompts.get(requestId)
    if (kept === undefined) return false
    clearTimeout(kept.timer)
    this.#prompts.delete(requestId)
    kept.release()
    return true
  }

  close(): void {
    for (const { timer } of this.#prompts.values()) clearTimeout(timer)
    this.#prompts.clear()
  }
}
