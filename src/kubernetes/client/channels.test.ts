import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { PassThrough, Readable, Writable } from 'node:stream'
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

/** What is written, as text. */
function collecting(): Writable & { text(): string } {
  const pieces: Buffer[] = []
  const stream = new Writable({ write: (bytes: Buffer, _encoding, done) => (pieces.push(bytes), done()) })
  return Object.assign(stream, { text: () => Buffer.concat(pieces).toString() })
}
const never = new AbortController().signal

describe('a command whose streams are passed on', () => {
  it('reads what is piped to its end, writes to both streams, and ends with its code', async () => {
    const urls: string[] = []
    const client = await start(({ url, send, close }) => {
      urls.push(url)
      let typed = ''
      return (channel, bytes) => {
        if (channel === 0) typed += bytes.toString()
        // Channel 255 says of channel 0 that no more comes.
        if (channel !== 255 || bytes[0] !== 0) return
        send(1, typed.toUpperCase())
        send(2, 'warned')
        send(3, JSON.stringify({ status: 'Failure', details: { causes: [{ reason: 'ExitCode', message: '7' }] } }))
        close()
      }
    })
    const [output, errors] = [collecting(), collecting()]
    const streams = { input: Readable.from(['hel', 'lo']), output, errors }
    expect(await client.attach({ pod: 'p', container: 'c', command: ['cat'], streams, signal: never })).toBe(7)
    expect([output.text(), errors.text()]).toEqual(['HELLO', 'warned'])
    expect(urls).toEqual([
      '/api/v1/namespaces/lab/pods/p/exec?stdin=true&stdout=true&stderr=true&container=c&command=cat',
    ])
  })

  it('has the terminal: keys as they are, its size and each change of it, one stream', async () => {
    const urls: string[] = []
    const sizes: string[] = []
    const listeners: (() => void)[] = []
    const client = await start(({ url, send, close }) => {
      urls.push(url)
      return (channel, bytes) => {
        if (channel === 0) send(1, bytes)
        if (channel === 4) sizes.push(bytes.toString())
        if (sizes.length === 1) listeners.forEach((listener) => listener())
        if (sizes.length < 2) return
        send(3, JSON.stringify({ status: 'Success' }))
        close()
      }
    })
    const told: string[] = []
    let columns = 80
    const terminal = {
      size: () => ({ columns: columns++, rows: 24 }),
      onResize: (listener: () => void) => {
        listeners.push(listener)
        return () => told.push('no sizes')
      },
      enterRaw: () => (told.push('raw'), () => told.push('cooked')),
      yieldInterrupts: () => () => {},
    }
    const input = new PassThrough()
    const streams = { input, output: collecting(), errors: collecting(), terminal }
    expect(await client.attach({ pod: 'p', streams, signal: never })).toBe(0)
    expect(urls).toEqual(['/api/v1/namespaces/lab/pods/p/attach?stdin=true&stdout=true&tty=true'])
    expect(sizes).toEqual(['{"Width":80,"Height":24}', '{"Width":81,"Height":24}'])
    expect(told).toEqual(['raw', 'cooked', 'no sizes'])
    expect(input.listenerCount('data')).toBe(0)
  })

  it('ends with the caller', async () => {
    const client = await start(() => () => {})
    const streams = { output: collecting(), errors: collecting() }
    const request = { pod: 'p', command: ['sleep'], streams, signal: AbortSignal.timeout(50) }
    await expect(client.attach(request)).rejects.toMatchObject({ reason: 'cancelled' })
  })

  it('says why the server does not run it', async () => {
    const message =
      'pods "p" is forbidden: User "x" cannot create resource "pods/exec" in API group "" in the namespace "lab"'
    const server = createServer((_request, response) => {
      response.writeHead(403, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'Forbidden', message, code: 403 }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const client = new KubeClient({
      context: 'x',
      server: `http://127.0.0.1:${port}`,
      namespace: 'lab',
      identity: async () => ({ headers: {}, tls: {} }),
      renew: () => {},
    })
    cleanUps.push(
      () => server.close(),
      () => client.close(),
    )
    const request = {
      pod: 'p',
      command: ['true'],
      streams: { output: collecting(), errors: collecting() },
      signal: never,
    }
    await expect(client.attach(request)).rejects.toMatchObject({ reason: 'forbidden', message })
    await expect(client.exec(request)).rejects.toMatchObject({ reason: 'forbidden' })
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
