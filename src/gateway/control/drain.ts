import type { HttpServer } from '../data-plane/downstream/http-server.ts'
import type { ActiveExchange } from '../data-plane/active-exchanges.ts'
import { afterQuietTurn } from './quiet-turn.ts'

/** How often connections that have become idle are looked for. */
const stepMs = 50
/** Time for the last bytes of ended requests to leave. */
const flushMs = 1_000

/** How long a stop may take, in milliseconds. */
export interface DrainTimes {
  /** In all. */
  readonly timeout: number
  /** The part of it, at its beginning, in which connections are still accepted. */
  readonly settle: number
}

/**
 * Lets load balancers notice that readiness is false, then stops accepting and lets requests finish, then ends the
 * rest: streams with an error event, others with 503. Resolves once every connection is gone, or shortly after the
 * time is over.
 */
export async function drainServers(
  servers: readonly HttpServer[],
  exchanges: Iterable<ActiveExchange>,
  times: DrainTimes,
): Promise<void> {
  const settleMs = Math.min(times.settle, times.timeout)
  for (const exchange of exchanges) exchange.lastOnConnection()
  await new Promise((resolve) => setTimeout(resolve, settleMs))
  const { promise: closed, resolve } = Promise.withResolvers<true>()
  let open = servers.length
  const close = () => servers.forEach((server) => server.close(() => (open -= 1) === 0 && resolve(true)))
  afterQuietTurn(servers, close)
  const closeIdle = () => servers.forEach((server) => server.closeIdleConnections())
  const timer = setInterval(closeIdle, stepMs)
  try {
    if (await within(closed, times.timeout - settleMs)) return
    for (const exchange of exchanges) exchange.abandon()
    await within(closed, flushMs)
  } finally {
    clearInterval(timer)
  }
}

/** Whether `promise` resolves within the time. */
async function within(promise: Promise<true>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
