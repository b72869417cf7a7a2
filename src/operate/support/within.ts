/**
 * Work that is given up after a time: its signal fires, and it is not waited for longer.
 * @throws what the work fails with, or that it took too long, or the reason of the outer signal
 */
export async function within<Result>(
  ms: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  outer.throwIfAborted()
  const ending = new AbortController()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const end = (reason: unknown) => {
    ending.abort(reason)
    reject(reason)
  }
  const onAbort = () => end(outer.reason)
  const timer = setTimeout(() => end(new Error(`it took longer than ${ms / 1000} s`)), ms)
  outer.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work(ending.signal), ended])
  } finally {
    clearTimeout(timer)
    outer.removeEventListener('abort', onAbort)
  }
}
