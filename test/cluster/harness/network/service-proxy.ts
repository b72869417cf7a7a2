import { connect, createServer, type Server, type Socket } from 'node:net'
import type { EndpointSlice, Service } from '../../../../src/kubernetes/index.ts'
import { chosenEndpoints, endpointsOf } from './endpoints.ts'

/** Where new connections to one port of a Service go. */
interface Listener {
  readonly server: Server
  targets: readonly { readonly host: string; readonly port: number }[]
  next: number
}

/** Has the other side see a reset; sockets of the file system know none. */
function breakOff(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy()
  else socket.resetAndDestroy()
}

/** Joins two sockets; when one breaks, so does the other. */
export function join(one: Socket, other: Socket): void {
  one.pipe(other)
  other.pipe(one)
  for (const [socket, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    socket.on('error', () => breakOff(peer))
    socket.on('close', () => peer.destroy())
  }
}

/**
 * Addresses of Services, in place of kube-proxy: takes connections on each and hands them to the ready endpoints in turn. What
 * is open stays open when endpoints change. A Service without endpoints refuses, as it does in a real cluster.
 */
export class ServiceProxy {
  readonly #listeners = new Map<string, Listener>()

  /** Makes what listens be what there is. */
  update(services: Iterable<Service>, slices: Iterable<EndpointSlice>): void {
    const all = [...slices]
    const wanted = new Set<string>()
    for (const service of services) {
      const host = service.spec?.clusterIP
      if (host === undefined || host === 'None' || host === '') continue
      const chosen = chosenEndpoints(endpointsOf(service, all))
      for (const { name = '', port } of service.spec?.ports ?? []) {
        const targets = chosen.flatMap(({ address, ports }) => {
          const number = ports.get(name)
          return number === undefined ? [] : [{ host: address, port: number }]
        })
        if (targets.length === 0) continue
        wanted.add(`${host}:${port}`)
        this.#listen(host, port, targets)
      }
    }
    for (const [key, { server }] of this.#listeners) {
      if (wanted.has(key)) continue
      server.close()
      this.#listeners.delete(key)
    }
  }

  #listen(host: string, port: number, targets: Listener['targets']): void {
    const key = `${host}:${port}`
    const known = this.#listeners.get(key)
    if (known !== undefined) {
      known.targets = targets
      return
    }
    const listener: Listener = { server: createServer({ allowHalfOpen: true }), targets, next: 0 }
    listener.server.on('connection', (client) => {
      const target = listener.targets[listener.next % listener.targets.length]
      listener.next += 1
      if (target === undefined) client.destroy()
      else join(client, connect({ ...target, allowHalfOpen: true, noDelay: true }))
    })
    // One that was closed a moment ago may still hold the address.
    listener.server.on('error', () => this.#listeners.delete(key))
    listener.server.listen(port, host)
    this.#listeners.set(key, listener)
  }
}
