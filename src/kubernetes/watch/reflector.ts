import { setTimeout as wait } from 'node:timers/promises'
import { ClusterError } from '../client/cluster-error.ts'
import type { ClusterClient, ListQuery, LiveObject } from '../client/contract.ts'
import { ObjectStore, type Change, type ObjectName } from './object-store.ts'

export type { Change, ObjectName } from './object-store.ts'

/** Time as a reflector sees it; tests hand in their own. */
export interface ReflectorClock {
  /** Milliseconds that only grow. */
  now(): number
  /** Resolves after a while, or when the signal fires; never rejects. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

const systemClock: ReflectorClock = {
  now: () => performance.now(),
  wait: (ms, signal) => wait(ms, undefined, { signal, ref: false }).catch(() => undefined),
}

/** How objects are followed. */
export interface ReflectorOptions<T> {
  readonly client: Pick<ClusterClient, 'pages' | 'watch'>
  readonly query: ListQuery
  /** What to keep of an object; undefined leaves it out. Memory holds this and nothing else of it. */
  readonly select: (object: LiveObject) => T | undefined
  /** Told why the server cannot be followed, once for each new reason; null once it can again. */
  readonly onProblem?: (problem: Error | null) => void
  readonly clock?: ReflectorClock
  /** Between two attempts after a failure: the first pause, which doubles, and the longest. */
  readonly backoffMs?: readonly [first: number, most: number]
}

/** A lasting view of objects. What is known stays in force while the server is away. */
export interface Reflector<T> {
  /** Whether all objects have been listed once. */
  readonly isSynced: boolean
  /** Resolves once they have; never where the reflector is closed before. */
  readonly synced: Promise<void>
  /** Since the server last said anything; undefined where it never did. It says something each minute at least. */
  readonly silentMs: number | undefined
  readonly size: number
  get(name: ObjectName): T | undefined
  values(): Iterable<T>
  /** Calls `listener` after each change, with what changed at once; returns the function that ends it. */
  subscribe(listener: (changes: readonly Change<T>[]) => void): () => void
  /** Nothing is told any more once this has resolved. */
  close(): Promise<void>
}

const usualBackoffMs = [500, 30_000] as const
/** A watch that ends sooner counts as a failure, or a broken server would be asked without a pause. */
const shortestWatchMs = 1_000

/** Lists the objects and watches them from then on, until it is closed. */
export function startReflector<T>(options: ReflectorOptions<T>): Reflector<T> {
  const { client, query, select, onProblem, clock = systemClock, backoffMs = usualBackoffMs } = options
  const store = new ObjectStore(select)
  const listeners = new Set<(changes: readonly Change<T>[]) => void>()
  const closing = new AbortController()
  const { signal } = closing
  const synced = Promise.withResolvers<void>()
  let isSynced = false
  let contactAt: number | undefined
  let problem: string | null = null
  /** Up to where the changes are known; undefined where all must be listed. */
  let version: string | undefined

  const tell = (changes: readonly Change<T>[]): void => {
    if (changes.length > 0 && !signal.aborted) for (const listener of listeners) listener(changes)
  }
  const heard = (): void => {
    contactAt = clock.now()
    if (problem === null || signal.aborted) return
    problem = null
    onProblem?.(null)
  }
  const failed = (error: Error): void => {
    if (error.message === problem || signal.aborted) return
    problem = error.message
    onProblem?.(error)
  }
  const list = async (): Promise<string> => {
    store.beginListing()
    let listed = ''
    for await (const { items, resourceVersion } of client.pages(query, { signal })) {
      heard()
      store.addListed(items)
      listed = resourceVersion
    }
    const changes = store.endListing()
    isSynced = true
    tell(changes)
    synced.resolve()
    return listed
  }
  /** Whether the watch that is under way has told something. */
  let hasTold = false
  const watch = async (from: string): Promise<void> => {
    hasTold = false
    for await (const { type, object } of client.watch(query, { resourceVersion: from, signal, onOpen: heard })) {
      heard()
      hasTold = true
      version = object.metadata.resourceVersion ?? version
      if (type === 'bookmark') continue
      tell(type === 'deleted' ? store.remove(object) : store.put(object))
    }
  }
  /** Attempts in a row that brought nothing. */
  let failures = 0
  const followOnce = async (): Promise<number> => {
    const began = performance.now()
    try {
      version ??= await list()
      await watch(version)
      failures = performance.now() - began < shortestWatchMs && !hasTold ? failures + 1 : 0
      return 0
    } catch (error) {
      failures = hasTold ? 1 : failures + 1
      hasTold = false
      if (!(error instanceof ClusterError)) {
        failed(error instanceof Error ? error : new Error(String(error)))
        return 0
      }
      // A version that the server has no more, or does not have yet since it was set back: only a list tells what is.
      if (error.status > 0) version = undefined
      if (error.reason !== 'gone') failed(error)
      return error.retryAfterMs ?? 0
    }
  }
  const follow = async (): Promise<void> => {
    const [first, most] = backoffMs
    while (!signal.aborted) {
      const leastMs = await followOnce()
      if (failures === 0) continue
      // Jittered, so that the clients of a server that comes back do not come at once.
      const ms = Math.min(most, first * 2 ** (failures - 1)) * (0.5 + Math.random() / 2)
      await clock.wait(Math.max(ms, leastMs), signal)
    }
  }
  const ended = follow()

  return {
    get isSynced() {
      return isSynced
    },
    synced: synced.promise,
    get silentMs() {
      return contactAt === undefined ? undefined : clock.now() - contactAt
    },
    get size() {
      return store.size
    },
    get: (name) => store.get(name),
    values: () => store.values(),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      listeners.clear()
      closing.abort()
      await ended
    },
  }
}
