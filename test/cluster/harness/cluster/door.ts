import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from '../network/service-proxy.ts'
import { doorPath } from './messages.ts'

/**
 * The one way into a cluster's network: a socket in the file system. What comes in says in its first line where it wants to go.
 */
export function openDoor(folder: string, resolve: (host: string) => string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (outside) => {
    outside.on('error', () => outside.destroy())
    void lead(outside, resolve)
  })
  const { promise, resolve: opened, reject } = Promise.withResolvers<Server>()
  server.once('error', reject)
  server.listen(doorPath(folder), () => opened(server))
  return promise
}

async function lead(outside: Socket, resolve: (host: string) => string): Promise<void> {
  const [host = '', port = ''] = (await firstLine(outside)).split(' ')
  join(outside, connect({ host: resolve(host), port: Number(port), allowHalfOpen: true, noDelay: true }))
}

function firstLine(socket: Socket): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let text = Buffer.alloc(0)
  const take = (piece: Buffer) => {
    text = Buffer.concat([text, piece])
    const end = text.indexOf('\n')
    if (end < 0) return
    socket.off('data', take)
    socket.pause()
    if (end + 1 < text.length) socket.unshift(text.subarray(end + 1))
    resolve(text.toString('utf8', 0, end))
  }
  socket.on('data', take)
  return promise
}

/** A port of this machine's loopback that leads to an address or name inside. */
export class Forward {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(folder: string, host: string, port: number) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (outside) => {
      this.#sockets.add(outside)
      outside.on('close', () => this.#sockets.delete(outside))
      const inside = connect({ path: doorPath(folder), allowHalfOpen: true })
      inside.write(`${host} ${port}\n`)
      join(outside, inside)
    })
  }

  static async open(folder: string, host: string, port: number): Promise<Forward> {
    const forward = new Forward(folder, host, port)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    forward.#server.once('error', reject)
    forward.#server.listen(0, '127.0.0.1', resolve)
    await promise
    return forward
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}
