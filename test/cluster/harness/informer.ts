import { setTimeout as delay } from 'node:timers/promises'
import type { ApiClient } from './api-client.ts'

/** What every object has. */
interface Stored {
  readonly metadata?:
    | {
        readonly name?: string | undefined
        readonly namespace?: string | undefined
        readonly resourceVersion?: string | undefined
      }
    | undefined
}

interface Listed {
  readonly metadata: { readonly resourceVersion: string }
  readonly items: readonly Stored[]
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: Stored
}

const retryAfterMs = 250

/** `namespace/name` of an object; `/name` of one without a namespace. */
export const keyOf = ({ metadata }: Stored): string => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`

/** Keeps all objects of a kind as the API server has them: lists, watches, and lists again when a watch is too old. */
export class Informer<Item extends Stored> {
  readonly items = new Map<string, Item>()
  readonly #client: ApiClient
  readonly #path: string
  readonly #onChange: (key: string, item: Item | undefined) => void
  readonly #listed = Promise.withResolvers<void>()

  /** `onChange` gets each new state of an object; undefined when it is gone. */
  constructor(client: ApiClient, path: string, onChange: (key: string, item: Item | undefined) => void = () => {}) {
    this.#client = client
    this.#path = path
    this.#onChange = onChange
  }

  /** Resolves when everything that was there at first is known. */
  get listed(): Promise<void> {
    return this.#listed.promise
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#watch(await this.#list(), signal)
      } catch {
        // The server is away, or the watch is too old; both mend by listing again.
      }
      await delay(retryAfterMs, undefined, { signal }).catch(() => {})
    }
  }

  async #list(): Promise<string> {
    const { status, body } = await this.#client.get(this.#path)
    if (status !== 200) throw new Error(`${this.#path}: ${body.message}`)
    const { metadata, items } = body as unknown as Listed
    const keys = new Set(items.map(keyOf))
    for (const key of this.items.keys()) if (!keys.has(key)) this.#set(key, undefined)
    for (const item of items) this.#set(keyOf(item), item as Item)
    this.#listed.resolve()
    return metadata.resourceVersion
  }

  async #watch(from: string, signal: AbortSignal): Promise<void> {
    let version = from
    while (!signal.aborted) {
      const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${version}`
      for await (const line of this.#client.lines(`${this.#path}?${query}`, signal)) {
        const { type, object } = JSON.parse(line) as WatchEvent
        if (type === 'ERROR') throw new Error(line)
        version = object.metadata?.resourceVersion ?? version
        if (type !== 'BOOKMARK') this.#set(keyOf(object), type === 'DELETED' ? undefined : (object as Item))
      }
    }
  }

  #set(key: string, item: Item | undefined): void {
    const known = this.items.get(key)
    if (item === undefined ? known === undefined : known?.metadata?.resourceVersion === item.metadata?.resourceVersion)
      return
    if (item === undefined) this.items.delete(key)
    else this.items.set(key, item)
    this.#onChange(key, item)
  }
}
