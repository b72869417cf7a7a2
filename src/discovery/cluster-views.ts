import type { ClusterClient, ListQuery, LiveObject, Reflector, ReflectorClock } from '../kubernetes/index.ts'

/** How a gateway speaks to its cluster. */
export interface ClusterOptions {
  /** Makes the client, once; asked again after a failure. */
  readonly connect: () => Promise<ClusterClient>
  /** Told why objects cannot be followed, once for each new reason; null once they can again. */
  readonly onClusterProblem?: (what: string, problem: string | null) => void
  /** By which a cluster that does not answer is asked again; the machine's when absent. Tests hand in their own. */
  readonly clock?: ReflectorClock
}

/** A view that several pools look at. */
export interface SharedView<T> {
  readonly view: Reflector<T>
  /** Ends it with the last one that looks at it. */
  release(): Promise<void>
}

interface Shared {
  readonly view: Promise<Reflector<unknown>>
  users: number
}

/** Views of one cluster's objects, each followed once however many pools look at it. */
export class ClusterViews {
  readonly #options: ClusterOptions
  readonly #views = new Map<string, Shared>()
  #client: Promise<ClusterClient> | undefined

  constructor(options: ClusterOptions) {
    this.#options = options
  }

  /** @param select what is kept of an object; the same for the same query */
  async open<T>(query: ListQuery, select: (object: LiveObject) => T | undefined): Promise<SharedView<T>> {
    const key = JSON.stringify(query)
    const shared = this.#views.get(key) ?? { view: this.#start(query, select), users: 0 }
    this.#views.set(key, shared)
    shared.users += 1
    let isReleased = false
    return {
      // The query decides what is selected.
      view: (await shared.view) as Reflector<T>,
      release: async () => {
        if (isReleased) return
        isReleased = true
        shared.users -= 1
        if (shared.users > 0) return
        if (this.#views.get(key) === shared) this.#views.delete(key)
        await (await shared.view).close()
      },
    }
  }

  /** Ends every view and the client. */
  async close(): Promise<void> {
    const views = [...this.#views.values()]
    this.#views.clear()
    await Promise.all(views.map(async ({ view }) => (await view).close()))
    await (await this.#client?.catch(() => undefined))?.close()
  }

  async #start<T>(query: ListQuery, select: (object: LiveObject) => T | undefined): Promise<Reflector<T>> {
    // What speaks to a cluster is large, and most gateways speak to none.
    const { startReflector } = await import('../kubernetes/index.ts')
    const connected = (): Promise<ClusterClient> => this.#connected()
    const what = `${query.kind} in ${query.namespace ?? 'all namespaces'}`
    return startReflector({
      client: {
        async *pages(...asked) {
          yield* (await connected()).pages(...asked)
        },
        async *watch(...asked) {
          yield* (await connected()).watch(...asked)
        },
      },
      query,
      select,
      ...(this.#options.clock === undefined ? {} : { clock: this.#options.clock }),
      onProblem: (problem) => this.#options.onClusterProblem?.(what, problem?.message ?? null),
    })
  }

  #connected(): Promise<ClusterClient> {
    if (this.#client === undefined) {
      const client = this.#options.connect()
      this.#client = client
      client.catch(() => {
        if (this.#client === client) this.#client = undefined
      })
    }
    return this.#client
  }
}
