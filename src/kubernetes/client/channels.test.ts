import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { KubeClient } from './kube-client.ts'
import { startChannelServer, type ServedChannels } from './testing/channel-server.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

async function start(
  onOpen: (channels: ServedChannels) => (channel: number, bytes: Buffer) => void,
): Promise<KubeClient> {
  const server = await startChannelServer(onOpen)
  const client = new KubeClient(server.credentials)
  cleanUps.push(
    () => server.stop(),
    () => client.close(),
  )
  return client
}

describe('a command in a container', () => {
  it('gives its output and how it ended', async () => {
    const ends: object[] = [
      { status: 'Success' },
      { status: 'Failure', message: 'x', details: { causes: [{ reason: 'ExitCode', message: '3' }] } },
      { status: 'Failure', message: 'container not found' },
    ]
    const urls: string[] = []
    const client = await start(({ url, send, close }) => {
      urls.push(url)
      send(1, 'out')
      send(2, 'err')
      send(3, JSON.stringify(ends.shift()))
      close()
      return () => {}
    })
    const request = { pod: 'p', container: 'c', command: ['nvidia-smi', '-q d'] }
    expect(await client.exec(request)).toEqual({ exitCode: 0, stdout: 'out', stderr: 'err' })
    expect(urls[0]).toBe(
      '/api/v1/namespaces/lab/pods/p/exec?stdout=true&stderr=true&container=c&command=nvidia-smi&command=-q+d',
    )
    expect(await client.exec(request)).toMatchObject({ exitCode: 3 })
    await expect(client.exec(request)).rejects.toMatchObject({ reason: 'internal', message: 'container not found' })
  })

  it('ends with the caller', async () => {
    const client = await start(() => () => {})
    await expect(client.exec({ pod: 'p', command: ['sleep'], signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      reason: 'cancelled',
    })
  })
})

describe('a forwarded port', () => {
  const port = Buffer.from([0x1f, 0x40])

  it('carries bytes both ways, for each connection on its own, and is closed with all of them', async () => {
    const client = await start(({ send, close }) => {
      send(0, port)
      send(1, port)
      return (channel, bytes) => {
        if (channel === 0) send(0, bytes.toString().toUpperCase())
        // The client has ended its half.
        if (channel === 255) close()
      }
    })
    const forward = await client.portForward({ pod: 'p', port: 8000 })
    const say = async (text: string): Promise<[Socket, string]> => {
      const socket = connect(forward.localPort, '127.0.0.1')
      socket.write(text)
      const [answer] = (await once(socket, 'data')) as [Buffer]
      return [socket, answer.toString()]
    }
    const [[first, hello], [second, world]] = await Promise.all([say('hello'), say('world')])
    expect([hello, world]).toEqual(['HELLO', 'WORLD'])
    const ended = once(first, 'close')
    first.end()
    await ended
    second.on('error', () => {})
    const closed = once(second, 'close')
    await forward.close()
    await closed
  })

  it('ends a connection to which nothing in the pod listens', async () => {
    const client = await start(({ send }) => {
      send(0, port)
      send(1, port)
      send(1, 'connection refused')
      return () => {}
    })
    const { localPort } = await client.portForward({ pod: 'p', port: 1 })
    const socket = connect(localPort, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'close')
    expect(socket.bytesRead).toBe(0)
  })

  it('says what port is taken', async () => {
    const client = await start(() => () => {})
    const { localPort } = await client.portForward({ pod: 'p', port: 1 })
    await expect(client.portForward({ pod: 'p', port: 1, localPort })).rejects.toThrow(
      `Port ${localPort} of this machine is taken`,
    )
  })
})
