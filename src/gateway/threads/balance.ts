import type { ActiveExchange } from '../data-plane/active-exchanges.ts'
import type { HttpServer } from '../data-plane/downstream/http-server.ts'

/** How often connections are counted. */
const intervalMs = 1_000
/** Above its mean by this factor and this many, a worker asks clients to come again. */
const tolerance = { factor: 1.25, connections: 8 }

/** Connections that a worker is to send away, so that others get some of them. */
export function surplus(own: number, mean: number): number {
  return own > mean * tolerance.factor + tolerance.connections ? Math.ceil((own - mean) / 2) : 0
}

/** Keeps the connections of a worker near those of the others. */
export interface ConnectionBalance {
  /** Asks the clients of so many connections to open new ones. */
  shed(connections: number): void
}

/**
 * Tells how many connections a server has. The kernel spreads new connections over the workers by a hash of their
 * addresses; kept ones stay where they are, all with the old workers when a new one joins. Clients with a request under
 * way are told `connection: close` in its answer: they notice nothing, and the hash chooses anew.
 */
export function balanceConnections(
  server: Pick<HttpServer, 'connectionCount'>,
  exchanges: Iterable<ActiveExchange>,
  tell: (count: number) => void,
): ConnectionBalance {
  let told = 0
  const timer = setInterval(() => {
    if (server.connectionCount !== told) tell((told = server.connectionCount))
  }, intervalMs)
  timer.unref()
  return {
    shed(connections) {
      let left = connections
      for (const exchange of exchanges) {
        if (left <= 0) return
        exchange.lastOnConnection()
        left -= 1
      }
    },
  }
}
