import { createServer, type Server } from 'node:net'

/** A host with a port; port 0 is any free one. */
export interface Listen {
  readonly host: string
  readonly port: number
}

/** Listens on an address; rejects with Node's error. */
function listen({ host, port }: Listen): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>()
  const server = createServer()
  server.once('error', reject)
  server.listen({ host, port, exclusive: true }, () => resolve(server))
  return promise
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

/** Why an address cannot be listened on now (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`), or undefined when it can. */
export async function whyNotFree(address: Listen): Promise<string | undefined> {
  try {
    await close(await listen(address))
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** Ports that were free a moment ago, all different. */
export async function findFreePorts(count: number, host: string): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen({ host, port: 0 })))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map(close))
  return ports
}

/** The first port above `port` that is free together with the one after it, which the admin listener takes. */
export async function findFreePairAbove({ host, port }: Listen): Promise<number | undefined> {
  for (let candidate = port + 2; candidate < Math.min(port + 200, 65_535); candidate += 2) {
    const problems = await Promise.all([
      whyNotFree({ host, port: candidate }),
      whyNotFree({ host: '127.0.0.1', port: candidate + 1 }),
    ])
    if (problems.every((problem) => problem === undefined)) return candidate
  }
  return undefined
}

/** An address as a URL shows it: IPv6 in brackets (RFC 3986 section 3.2.2). */
export function urlOf({ host, port }: Listen): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The address by which this machine reaches a listener on all of its addresses. */
export function reachable({ host, port }: Listen): Listen {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port }
  return host === '::' ? { host: '::1', port } : { host, port }
}
