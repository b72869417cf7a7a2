/** Paths of an engine, as its data tells them. */
export interface EngineRoutes {
  /** Paths that it answers. */
  readonly routes: readonly string[]
  /** Paths that some versions or servers of it answer. */
  readonly possibleRoutes?: readonly string[]
}

/** How long a path counts as missing: a server behind the same address may have been replaced by a newer one. */
const missingForMs = 10 * 60_000

/** Which paths a replica answers itself: what its engine is known for, and what was learned by asking. */
export class KnownRoutes {
  readonly #routes: ReadonlySet<string>
  readonly #possible: ReadonlySet<string>
  readonly #missingSince = new Map<string, number>()

  constructor(engine: EngineRoutes) {
    this.#routes = new Set(engine.routes)
    this.#possible = new Set(engine.possibleRoutes ?? [])
  }

  /** Whether the engine certainly answers a path. */
  isCertain(path: string): boolean {
    return this.#routes.has(path)
  }

  /** Whether a path is worth asking: certain, or possible and not found missing lately. */
  isWorthAsking(path: string, now = performance.now()): boolean {
    if (this.#routes.has(path)) return true
    if (!this.#possible.has(path)) return false
    const since = this.#missingSince.get(path)
    return since === undefined || now - since > missingForMs
  }

  /** The replica said that it has nothing at a path, and answered the same question in other words. */
  learnMissing(path: string, now = performance.now()): void {
    this.#missingSince.set(path, now)
  }
}
