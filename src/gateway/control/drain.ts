import type { Server } from 'node:http'
import type { ActiveExchange } from '../data-plane/data-plane.ts'

/** How often connections that have become idle are looked for. */
const stepMs = 50
/** Time for the last bytes of ended requests to leave. */
const flushMs = 1_000

/**
 * Stops accepting, lets requests finish for `timeoutMs`, then ends the rest: streams with an error event, others with
 * 503. Resolves once every connection is gone, or shortly after the time is over.
 */
export async function drainServers(
  servers: readonly Server[],
  exchanges: ReadonlySet<ActiveExchange>,
  timeoutMs: number,
): Promise<void> {
  for (const exchange of exchanges) exchange.lastOnConnection()
  const closed = Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
  ).then(() => true as const)
  const closeIdle = () => servers.forEach((server) => server.closeIdleConnections())
  const timer = setInterval(closeIdle, stepMs)
  try {
    if (await within(closed, timeoutMs)) return
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
