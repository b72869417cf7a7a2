import { readFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream'
import type { Access } from '../harness/api-client.ts'

/** A way to an API server that counts changes, and has something happen at one of them. */
export interface CountingServer {
  readonly url: string
  /** Changes that were asked for since `dieAt` or `holdAt` was called last. */
  readonly changes: number
  /**
   * Calls `kill` at the n-th change from now: before the server has it, or once it is made and before anybody is told. Nothing
   * passes after that until this is called again.
   */
  dieAt(n: number, when: 'before' | 'after', kill: () => void): void
  /** Has the n-th change from now wait until something is done; it is passed on then, as is everything else. */
  holdAt(n: number, act: () => Promise<void>): void
  close(): Promise<void>
}

/** Requests that change something; a dry run and a question about rights do not, and how often a lock is renewed is a matter of time. */
const isChange = (method: string, url: string) =>
  method !== 'GET' &&
  !url.includes('dryRun=All') &&
  !url.includes('authorization.k8s.io') &&
  !(method === 'PUT' && url.includes('/leases/'))

const never = Number.POSITIVE_INFINITY

/** Passes requests on with the certificate of the server itself, so that its clients trust it. */
export async function countingServer({ url, caFile }: Access): Promise<CountingServer> {
  const cert = readFileSync(caFile)
  const key = readFileSync(join(dirname(caFile), 'apiserver.key'))
  let changes = 0
  let isDead = false
  let death = { n: never, when: 'before', kill: () => {} }
  let hold = { n: never, act: async () => {} }
  const server: Server = createServer({ cert, key }, (near, answer) => {
    const { method = 'GET', url: path = '/', headers } = near
    // A request that is read to its end does not take its connection with it.
    const drop = () => void near.socket.destroy()
    if (isDead) return drop()
    if (isChange(method, path)) changes += 1
    const isIt = isChange(method, path) && changes === death.n
    const die = () => {
      isDead = true
      death.kill()
      drop()
    }
    if (isIt && death.when === 'before') return die()
    const pass = () => {
      const far = request(new URL(path, url), { method, headers, ca: cert }, (said) => {
        if (isIt) {
          said.resume()
          said.once('end', die)
          return
        }
        answer.writeHead(said.statusCode ?? 502, said.headers)
        // A server that is killed breaks its answers off, and so does this.
        pipeline(said, answer, () => {})
      })
      far.on('error', drop)
      near.on('error', () => far.destroy())
      near.pipe(far)
    }
    if (isChange(method, path) && changes === hold.n) void hold.act().then(pass, drop)
    else pass()
  })
  // A connection that a client keeps must not end under its next request.
  server.keepAliveTimeout = 600_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get changes() {
      return changes
    },
    dieAt(n, when, kill) {
      changes = 0
      isDead = false
      death = { n, when, kill }
      hold = { n: never, act: async () => {} }
    },
    holdAt(n, act) {
      changes = 0
      isDead = false
      death = { n: never, when: 'before', kill: () => {} }
      hold = { n, act }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
