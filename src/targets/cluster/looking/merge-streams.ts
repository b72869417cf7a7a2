/** Several streams as one, to which more come while it is read. */
export interface MergedStreams<Item> {
  add(stream: AsyncIterable<Item>): void
  /** Items as they come, until the signal fires. */
  items(): AsyncGenerator<Item>
}

/** Items that wait to be taken, at the most; a stream that gives more waits itself. */
const longestQueue = 1_000

/** Merges streams; each is read by itself and in its own order. */
export function mergeStreams<Item>(signal: AbortSignal): MergedStreams<Item> {
  const queue: Item[] = []
  let wake = Promise.withResolvers<void>()
  let taken = Promise.withResolvers<void>()
  let failure: { readonly error: unknown } | undefined
  const changed = () => {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }
  signal.addEventListener('abort', () => (changed(), taken.resolve()), { once: true })
  const pump = async (stream: AsyncIterable<Item>) => {
    try {
      for await (const item of stream) {
        if (signal.aborted) return
        queue.push(item)
        changed()
        while (queue.length >= longestQueue && !signal.aborted) await taken.promise
      }
    } catch (error) {
      failure ??= { error }
      changed()
    }
  }
  return {
    add: (stream) => void pump(stream),
    async *items() {
      for (;;) {
        const waiting = wake.promise
        while (queue.length > 0) {
          yield* queue.splice(0)
          taken.resolve()
          taken = Promise.withResolvers<void>()
        }
        if (failure !== undefined) throw failure.error
        if (signal.aborted) return
        await waiting
      }
    },
  }
}
