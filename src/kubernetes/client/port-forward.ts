import { createServer, type AddressInfo, type Socket } from 'node:net'
import { UserError } from '../../errors/index.ts'
import type { PortForward, PortForwardRequest } from './contract.ts'
import type { ApiTransport } from './transport.ts'
import { openChannels } from './web-socket.ts'

const [dataChannel, errorChannel] = [0, 1]
/** A connection that sends faster than the pod takes waits above this. */
const mostWaitingBytes = 4 * 1024 * 1024
const lookAgainMs = 20

const portTaken = (port: number, cause: Error): UserError =>
  new UserError({
    what: `Port ${port} of this machine is taken`,
    where: `127.0.0.1:${port}`,
    why: cause.message,
    mend: 'Choose another local port, or none, and a free one is taken.',
    cause,
  })

/** Opens a local port, each of whose connections is a WebSocket to the pod's port. */
export async function forwardPort(
  transport: ApiTransport,
  namespace: string,
  { pod, port, localPort = 0 }: PortForwardRequest,
): Promise<PortForward> {
  const place = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`
  const path = `${place}/portforward?ports=${port}`
  const subject = {
    verb: 'create',
    apiVersion: 'v1',
    kind: 'Pod',
    resource: 'pods',
    subresource: 'portforward',
    namespace,
    name: pod,
  }
  const sockets = new Set<Socket>()
  const join = async (socket: Socket): Promise<void> => {
    // The first two bytes of each channel repeat the port.
    const isNamed = [false, false]
    const channels = await openChannels(transport, path, subject, (channel, bytes) => {
      if (channel > errorChannel) return
      const content = isNamed[channel] === true ? bytes : bytes.subarray(2)
      isNamed[channel] = true
      if (content.length === 0) return
      if (channel === dataChannel) socket.write(content)
      // What the kubelet says when nothing listens in the pod.
      else socket.destroy()
    })
    socket.on('data', (bytes) => {
      channels.send(dataChannel, bytes)
      if (channels.waitingBytes <= mostWaitingBytes) return
      socket.pause()
      const timer = setInterval(() => {
        if (channels.waitingBytes > mostWaitingBytes && !socket.destroyed) return
        clearInterval(timer)
        socket.resume()
      }, lookAgainMs)
    })
    socket.on('end', () => channels.end(dataChannel))
    socket.on('close', () => channels.close())
    void channels.closed.then(() => socket.end())
    if (socket.destroyed) channels.close()
    socket.resume()
  }
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    join(socket).catch(() => socket.destroy())
  })
  const listening = Promise.withResolvers<void>()
  server.once('error', (cause) => listening.reject(portTaken(localPort, cause)))
  server.listen({ host: '127.0.0.1', port: localPort }, listening.resolve)
  await listening.promise
  const close = async (): Promise<void> => {
    transport.signal.removeEventListener('abort', closeSoon)
    const done = Promise.withResolvers<void>()
    server.close(() => done.resolve())
    for (const socket of sockets) socket.destroy()
    await done.promise
  }
  const closeSoon = (): void => void close()
  transport.signal.addEventListener('abort', closeSoon, { once: true })
  return { localPort: (server.address() as AddressInfo).port, close }
}
