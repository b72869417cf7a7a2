import { Readable } from 'node:stream'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import type { ReplicaAddress } from '../../../discovery/index.ts'
import { until } from '../../testing/harness.ts'
import type { UpstreamClient } from './contract.ts'
import { createUpstream } from './create-upstream.ts'
import { Http1Upstream } from './http1-upstream.ts'
import { ask, eachRequest, question, startRawEngine, type RawEngine } from './testing/raw-engine.ts'
import { createUndiciUpstream } from './undici-upstream.ts'

const settings = { connectTimeoutMs: 5_000 }
const answer = (body = 'ok', fields = '') => `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`
const chunkedHead = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
const twoPieces = () => Readable.from([Buffer.from('first '), Buffer.from('second')])
const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve))

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})
async function engine(serve: (socket: Socket) => void): Promise<RawEngine> {
  const started = await startRawEngine(serve)
  cleanUps.push(() => started.close())
  return started
}
const answering = (reply: (request: string, socket: Socket) => void) =>
  engine((socket) => eachRequest(socket, (request) => reply(request, socket)))

const implementations: readonly (readonly [string, (address: ReplicaAddress) => UpstreamClient])[] = [
  ['our own client', (address) => new Http1Upstream(address, settings)],
  ['undici', (address) => createUndiciUpstream(address, settings)],
]

describe.each(implementations)('an upstream client: %s', (_name, create) => {
  const connect = (address: ReplicaAddress): UpstreamClient => {
    const client = create(address)
    cleanUps.push(() => client.destroy())
    return client
  }

  it('asks an address behind a name for that name', async () => {
    let received = ''
    const raw = await answering((request, socket) => {
      received = request
      socket.write(answer())
    })
    const client = connect({ ...raw.address, hostName: 'engines.lab.svc' })
    expect(await ask(client)).toMatchObject({ ending: 'end' })
    expect(received).toContain(`\r\nhost: engines.lab.svc:${raw.address.port}\r\n`)
    expect(received.match(/\r\nhost:/gi)).toHaveLength(1)
  })

  it('sends what it is given, byte for byte, and names length and host', async () => {
    let received = ''
    const raw = await answering((request, socket) => {
      received = request
      socket.write(answer())
    })
    const client = connect({ ...raw.address, basePath: '/base' })
    const body = Buffer.from([0, 13, 10, 0x7b, 255, 128])
    const headers = ['content-type', 'application/json', 'x-latin', '\xe9', 'x-empty', '']
    expect(await ask(client, { method: 'POST', path: '/v1/x?a=%20b', headers, body })).toMatchObject({
      ending: 'end',
      body: 'ok',
    })
    expect(received.startsWith('POST /base/v1/x?a=%20b HTTP/1.1\r\n')).toBe(true)
    expect(received.endsWith(`\r\n\r\n${body.toString('latin1')}`)).toBe(true)
    for (const line of [`host: 127.0.0.1:${raw.address.port}`, 'content-length: 6', 'x-latin: \xe9', 'x-empty: ']) {
      expect(received).toContain(`\r\n${line}\r\n`)
    }
    await ask(client, { ...question, method: 'GET', body: null })
    expect(received).not.toMatch(/content-length|transfer-encoding/i)
    await ask(client, { ...question, body: null })
    expect(received).toMatch(/\r\ncontent-length: 0\r\n/)
  })

  it('refuses to send what would break a request in two', async () => {
    const raw = await answering((_request, socket) => socket.write(answer()))
    const client = connect(raw.address)
    for (const broken of [
      { headers: ['a', 'b\r\nc: d'] },
      { headers: ['a: b\r\nc', 'd'] },
      { headers: ['a', '\0'] },
      { path: '/x HTTP/1.1\r\na: b' },
      { path: '/\n' },
    ]) {
      expect((await ask(client, { ...question, ...broken })).ending).toMatch(/connect|reset/)
    }
    expect(await ask(client)).toMatchObject({ ending: 'end' })
    expect(raw.accepted()).toBe(1)
  })

  it('uses one connection for requests one after another, and as many as there are at a time', async () => {
    const open: Socket[] = []
    let isHeld = false
    const raw = await answering((_request, socket) => (isHeld ? open.push(socket) : socket.write(answer())))
    const client = connect(raw.address)
    for (let count = 0; count < 20; count += 1) expect((await ask(client)).ending).toBe('end')
    // undici takes a connection back a moment after its answer has ended, so it may open one more.
    expect(raw.accepted()).toBeLessThan(3)
    isHeld = true
    const asked = Array.from({ length: 300 }, () => ask(client))
    await until('all are there', () => open.length === 300)
    const opened = raw.accepted()
    expect(opened).toBeLessThan(303)
    isHeld = false
    for (const socket of open) socket.write(answer())
    expect((await Promise.all(asked)).every(({ ending }) => ending === 'end')).toBe(true)
    expect((await ask(client)).ending).toBe('end')
    expect(raw.accepted()).toBe(opened)
    client.destroy()
    await until('every connection is closed', () => raw.sockets.size === 0)
  })

  it('tells how far a request had come when it failed', async () => {
    const wires: readonly (readonly [string, string])[] = [
      ['', 'reset'],
      ['HTTP/1.1 200', 'reset'],
      ['HTTP/1.1 100 Continue\r\n\r\n', 'reset'],
      ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'died'],
      ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell', 'died'],
      [`${chunkedHead}5\r\nhe`, 'died'],
      [`${chunkedHead}5\r\nhello\r\n`, 'died'],
      [`${chunkedHead}5\r\nhello\r\n0\r\n`, 'died'],
      ['HTTP/1.1 200 OK\r\nA: b\r\n\r\nwhatever', 'end'],
    ]
    for (const [wire, ending] of wires) {
      for (const how of ['end', 'reset'] as const) {
        if (how === 'reset' && ending === 'end') continue
        const raw = await answering(async (_request, socket) => {
          socket.write(wire, 'latin1')
          await turnOfLoop()
          await turnOfLoop()
          if (how === 'end') socket.end()
          else socket.resetAndDestroy()
        })
        expect((await ask(connect(raw.address))).ending, `${JSON.stringify(wire)}, ${how}`).toBe(ending)
      }
    }
  })

  it('tells that nobody listens', async () => {
    const raw = await startRawEngine(() => {})
    await raw.close()
    expect(await ask(connect(raw.address))).toMatchObject({ ending: 'connect', detail: 'ECONNREFUSED' })
  })

  it('breaks the connection on abort, in every phase, and says nothing more', async () => {
    let seen = 0
    const raw = await answering(async (request, socket) => {
      seen += 1
      if (request.includes('/wait')) return
      socket.write(chunkedHead)
      await turnOfLoop()
      if (request.includes('/head')) return
      socket.write('2\r\nhi\r\n')
    })
    const client = connect(raw.address)
    for (const [phase, path] of [
      ['connecting', '/wait'],
      ['waiting', '/wait'],
      ['head', '/head'],
      ['data', '/data'],
    ]) {
      const heard: string[] = []
      const done = Promise.withResolvers<void>()
      const before = seen
      const abortIn = (where: string): void => {
        if (where !== phase) {
          heard.push(where)
          return
        }
        // The call is not there yet while `send` runs; nothing is told before it has returned.
        call.abort()
        done.resolve()
      }
      const call = client.send(
        { ...question, path: path ?? '' },
        {
          onHead: () => abortIn('head'),
          onData: () => abortIn('data'),
          onEnd: () => heard.push('end'),
          onFailure: ({ kind }) => heard.push(kind),
        },
      )
      if (phase === 'connecting') abortIn('connecting')
      if (phase === 'waiting') {
        await until('the engine has it', () => seen > before)
        abortIn('waiting')
      }
      await done.promise
      await until('the engine sees it', () => raw.sockets.size === 0)
      await turnOfLoop()
      expect(heard).toEqual(phase === 'data' ? ['head'] : [])
      call.abort()
      call.pause()
      call.resume()
    }
  })

  it('leaves the next request alone when an ended one is aborted late', async () => {
    const raw = await answering((_request, socket) => socket.write(answer()))
    const client = connect(raw.address)
    const ended = Promise.withResolvers<void>()
    const handler = { onHead: () => {}, onData: () => {}, onEnd: ended.resolve, onFailure: () => {} }
    const call = client.send(question, handler)
    await ended.promise
    const next = ask(client)
    call.pause()
    call.abort()
    expect((await next).ending).toBe('end')
  })

  it('stops reading while paused, so that the engine has to wait, and then gets every byte', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x')
    const pieces = 400
    let written = 0
    const raw = await answering((_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${piece.length * pieces}\r\n\r\n`)
      const write = (): void => {
        while (written < pieces) {
          written += 1
          if (!socket.write(piece)) break
        }
      }
      socket.on('drain', write)
      write()
    })
    let received = 0
    const ended = Promise.withResolvers<void>()
    const first = Promise.withResolvers<void>()
    const call = connect(raw.address).send(question, {
      onHead: () => {},
      onData: (data) => {
        if (received === 0) {
          call.pause()
          first.resolve()
        }
        received += data.length
      },
      onEnd: ended.resolve,
      onFailure: ({ detail }) => ended.reject(new Error(detail)),
    })
    await first.promise
    let before = -1
    await until('the engine is stuck', async () => {
      const isStuck = before === written
      before = written
      await new Promise((resolve) => setTimeout(resolve, 50))
      return isStuck
    })
    expect(written).toBeLessThan(pieces)
    expect(received).toBeLessThan(1024 * 1024)
    call.resume()
    await ended.promise
    expect(received).toBe(piece.length * pieces)
  })

  it('takes an answer that comes before the request was read, and trusts that connection no more', async () => {
    let requests = 0
    const raw = await engine((socket) => {
      socket.once('data', () => {
        requests += 1
        if (requests === 1) socket.pause()
        socket.write(answer('too much', requests === 1 ? 'Connection: close\r\n' : ''))
      })
    })
    const client = connect(raw.address)
    const body = Buffer.alloc(16 * 1024 * 1024)
    expect(await ask(client, { ...question, body })).toMatchObject({ status: 200, body: 'too much' })
    expect((await ask(client)).ending).toBe('end')
    expect(raw.accepted()).toBe(2)
  })

  it('lets what is under way finish when it is closed, and fails it when it is destroyed', async () => {
    const open: Socket[] = []
    const raw = await answering((_request, socket) => open.push(socket))
    const client = connect(raw.address)
    const under = ask(client)
    await until('it is there', () => open.length === 1)
    client.close()
    expect((await ask(client)).ending).not.toBe('end')
    open[0]?.write(answer())
    expect((await under).ending).toBe('end')
    await until('its connection is closed', () => raw.sockets.size === 0)
    const other = connect(raw.address)
    const broken = ask(other)
    await until('it is there too', () => open.length === 2)
    other.destroy()
    expect((await broken).ending).toBe('reset')
    await until('its connection is closed too', () => raw.sockets.size === 0)
  })

  it('sends a body while it arrives, with its length or in chunks', async () => {
    let received = ''
    const raw = await answering((request, socket) => {
      received = request
      socket.write(answer())
    })
    const client = connect(raw.address)
    expect((await ask(client, { ...question, body: { stream: twoPieces(), lengthBytes: 12 } })).ending).toBe('end')
    expect(received).toMatch(/\r\ncontent-length: 12\r\n(?:[^]*\r\n)?\r\nfirst second$/)
    expect((await ask(client, { ...question, body: { stream: twoPieces(), lengthBytes: null } })).ending).toBe('end')
    expect(received).toMatch(
      /\r\ntransfer-encoding: chunked\r\n(?:[^]*\r\n)?\r\n6\r\nfirst \r\n6\r\nsecond\r\n0\r\n\r\n$/i,
    )
    expect(raw.accepted()).toBeLessThan(3)
  })

  it('destroys a body that nobody reads any more: after an early answer, an abort, a death', async () => {
    for (const how of ['answer', 'abort', 'death']) {
      const raw = await engine((socket) => {
        socket.once('data', () => {
          if (how === 'answer') socket.write(answer('no'))
          if (how === 'death') socket.resetAndDestroy()
        })
      })
      const stream = new Readable({ read() {} })
      stream.on('error', () => {})
      stream.push(Buffer.from('begin'))
      const over = Promise.withResolvers<void>()
      const call = connect(raw.address).send(
        { ...question, body: { stream, lengthBytes: 1_000 } },
        { onHead: () => {}, onData: () => {}, onEnd: over.resolve, onFailure: () => over.resolve() },
      )
      if (how === 'abort') {
        await until('it has begun', () => raw.sockets.size === 1)
        call.abort()
      } else {
        await over.promise
      }
      await until(`it is destroyed after ${how}`, () => stream.destroyed)
      await until('its connection is closed', () => raw.sockets.size === 0)
      expect(stream.listenerCount('data')).toBe(0)
    }
  })
})

describe('TLS', () => {
  it('asks an address behind a name for the certificate of that name', async () => {
    const asked = Promise.withResolvers<string>()
    const server = createServer({ SNICallback: (name) => asked.resolve(name) })
    const listening = Promise.withResolvers<void>()
    server.listen(0, '127.0.0.1', listening.resolve)
    cleanUps.push(() => server.close())
    await listening.promise
    const { port } = server.address() as AddressInfo
    const address = { protocol: 'https', host: '127.0.0.1', port, basePath: '', hostName: 'engines.lab.svc' } as const
    const client = createUpstream(address, settings)
    cleanUps.push(() => client.destroy())
    void ask(client)
    expect(await asked.promise).toBe('engines.lab.svc')
  })
})

function connect(address: ReplicaAddress, options = settings): Http1Upstream {
  const client = new Http1Upstream(address, options)
  cleanUps.push(() => client.destroy())
  return client
}

describe('our own client', () => {
  it('is what plain addresses get; TLS is for undici', async () => {
    const raw = await engine(() => {})
    const plain = createUpstream(raw.address, settings)
    const secure = createUpstream({ ...raw.address, protocol: 'https' }, settings)
    cleanUps.push(() => secure.destroy())
    expect([plain instanceof Http1Upstream, secure instanceof Http1Upstream]).toEqual([true, false])
  })

  it('answers HEAD without waiting for a body', async () => {
    const raw = await answering((_request, socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'))
    const client = connect(raw.address)
    for (const _ of [1, 2]) {
      expect(await ask(client, { ...question, method: 'HEAD', body: null })).toMatchObject({ ending: 'end', body: '' })
    }
    expect(raw.accepted()).toBe(1)
  })

  it('gives a connection up that takes too long', async () => {
    // TEST-NET-1 (RFC 5737) belongs to nobody: packets to it vanish, or are refused at once.
    const client = connect({ protocol: 'http', host: '192.0.2.1', port: 9, basePath: '' }, { connectTimeoutMs: 50 })
    expect((await ask(client)).ending).toBe('connect')
    expect(client.connections).toEqual({ open: 0, idle: 0 })
  })

  it('does not use a connection again that the engine wants to close, spoke on unasked, or said too much on', async () => {
    const first = [
      answer('x', 'Connection: close\r\n'),
      answer('x', 'Connection: x, Close\r\n'),
      `${answer('x')}HTTP/1.1 200 OK\r\n`,
      'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx',
      answer('x', 'Keep-Alive: timeout=1\r\n'),
    ]
    for (const wire of first) {
      const raw = await answering((_request, socket) => socket.write(wire))
      const client = connect(raw.address)
      expect(await ask(client)).toMatchObject({ ending: 'end', body: 'x' })
      expect(client.connections, `after ${wire}`).toEqual({ open: 0, idle: 0 })
    }
    const sockets: Socket[] = []
    const raw = await answering((_request, socket) => {
      sockets.push(socket)
      socket.write(answer())
    })
    const client = connect(raw.address)
    await ask(client)
    sockets[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')
    await until('it is dropped', () => client.connections.open === 0)
    expect((await ask(client)).body).toBe('ok')
  })

  it('closes what is unused before the engine does, in the time that the engine names', async () => {
    const raw = await answering((_request, socket) => socket.write(answer('x', 'Keep-Alive: timeout=2\r\n')))
    const client = connect(raw.address)
    await Promise.all(Array.from({ length: 10 }, () => ask(client)))
    expect(client.connections).toEqual({ open: 10, idle: 10 })
    await until('all are closed', () => raw.sockets.size === 0)
    expect(client.connections).toEqual({ open: 0, idle: 0 })
  })

  it('asks on a new connection after one was stale, however many more are', async () => {
    let isClosing = false
    const raw = await engine((socket) => {
      let served = 0
      eachRequest(socket, () => {
        if (isClosing && served > 0) {
          socket.resetAndDestroy()
          return
        }
        served += 1
        socket.write(answer())
      })
    })
    const client = connect(raw.address)
    await Promise.all(Array.from({ length: 50 }, () => ask(client)))
    expect(client.connections.idle).toBe(50)
    isClosing = true
    expect((await ask(client)).ending).toBe('reset')
    expect((await ask(client)).ending).toBe('end')
    expect(client.connections).toEqual({ open: 1, idle: 1 })
  })

  it('counts every socket back, whatever way each request ended', async () => {
    let count = 0
    const raw = await answering((_request, socket) => {
      count += 1
      const way = count % 5
      if (way === 0) socket.write(answer())
      if (way === 1) socket.end(answer('x', 'Connection: close\r\n'))
      if (way === 2) socket.resetAndDestroy()
      if (way === 3) socket.end(`${chunkedHead}5\r\nhe`)
      if (way === 4) socket.write('nonsense\r\n\r\n')
    })
    const client = connect(raw.address)
    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 20 }, () => ask(client)))
    expect(client.connections.open).toBe(client.connections.idle)
    client.close()
    expect(client.connections).toEqual({ open: 0, idle: 0 })
    await until('the engine has none either', () => raw.sockets.size === 0)
  })
})
