import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ClientRequest } from './client-request.ts'
import type { ClientResponse } from './client-response.ts'
import { HttpServer } from './http-server.ts'

type Handler = (request: ClientRequest, response: ClientResponse) => void

const opened: { server: HttpServer; sockets: Socket[] }[] = []
afterEach(() => {
  for (const { server, sockets } of opened.splice(0)) {
    server.close()
    server.closeAllConnections()
    for (const socket of sockets) socket.destroy()
  }
})

const patient = { headMs: 60_000, requestMs: 60_000, idleMs: 60_000, lingerMs: 60_000 }

async function serve(onRequest: Handler, times: Partial<typeof patient> = {}, checkMs?: number) {
  const faults: unknown[] = []
  const server = new HttpServer(
    {
      headerLimitBytes: 16 * 1024,
      times: { ...patient, ...times },
      onRequest,
      answerUnparsable: ({ status }) => `HTTP/1.1 ${status} No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
      onFault: (error) => void faults.push(error),
    },
    checkMs,
  )
  const sockets: Socket[] = []
  opened.push({ server, sockets })
  await new Promise<void>((resolve) => void server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  const client = () => {
    const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
    sockets.push(socket)
    const state = { socket, text: '', isClosed: false }
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => (state.text += text))
    socket.on('error', () => {})
    socket.on('close', () => (state.isClosed = true))
    return state
  }
  return { server, client, faults }
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`it never came to this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const answer = (response: ClientResponse, body: string) => {
  response.writeHead(200, ['content-length', String(Buffer.byteLength(body))])
  response.end(body)
}
const echo: Handler = (request, response) => {
  let body = ''
  request.receive({
    onBody: (piece) => (body += piece.toString()),
    onBodyEnd: () => answer(response, `${request.head.target}:${body}`),
  })
}
const get = (path: string, fields = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`
const post = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const bodies = (text: string) =>
  text
    .split('\r\n\r\n')
    .slice(1)
    .map((part) => part.split('HTTP/1.1')[0])

// proves C1 (real part)
describe('answers', () => {
  it('come in the order of the requests, however many arrive at once', async () => {
    const { client } = await serve((request, response) => {
      // The first one takes longest: nothing may overtake it.
      if (request.head.target === '/0') setTimeout(() => answer(response, '/0'), 30)
      else echo(request, response)
    })
    const one = client()
    one.socket.write(
      Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? get(`/${index}`) : post(`/${index}`, 'x'))).join(''),
    )
    await until('all are answered', () => bodies(one.text).length === 50)
    expect(bodies(one.text)).toEqual(
      Array.from({ length: 50 }, (_, index) => (index === 0 ? '/0' : `/${index}:${index % 2 === 0 ? '' : 'x'}`)),
    )
  })

  it('to a flood of pipelined requests do not grow the stack', async () => {
    const { client, faults } = await serve(echo)
    const one = client()
    one.socket.write(get('/').repeat(20_000))
    await until(
      'all are answered',
      () => one.text.length > 0 && (one.text.match(/HTTP\/1\.1 200/g)?.length ?? 0) === 20_000,
    )
    expect(faults).toEqual([])
  })

  it('are framed by their length, by chunks, or by closing', async () => {
    const { client } = await serve((request, response) => {
      response.writeHead(200, request.head.target === '/length' ? ['content-length', '4'] : [])
      response.write('ab')
      response.write('')
      response.end('cd')
    })
    const length = client()
    length.socket.write(get('/length', 'Connection: close\r\n'))
    const chunks = client()
    chunks.socket.write(get('/chunks', 'Connection: close\r\n'))
    const old = client()
    old.socket.write('GET / HTTP/1.0\r\n\r\n')
    await until('all are closed', () => length.isClosed && chunks.isClosed && old.isClosed)
    expect(length.text).toMatch(/content-length: 4\r\n[^]*\r\n\r\nabcd$/)
    expect(chunks.text).toMatch(/transfer-encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n$/)
    expect(old.text).toMatch(/connection: close\r\n\r\nabcd$/)
    expect(old.text).not.toContain('chunked')
  })

  it('to HEAD, and with status 204 or 304, have no body, and the connection stays in step', async () => {
    const { client } = await serve((request, response) => {
      const status = Number(request.head.target.slice(1))
      response.writeHead(status, status === 204 ? [] : ['content-length', '3'])
      response.end('abc')
    })
    const one = client()
    one.socket.write(`HEAD /200 HTTP/1.1\r\nHost: a\r\n\r\n${get('/204')}${get('/304')}${get('/200')}`)
    await until('the last is answered', () => one.text.endsWith('abc'))
    expect(bodies(one.text)).toEqual(['', '', '', 'abc'])
    expect(one.text).not.toContain('chunked')
  })

  it('of HTTP/1.0 that break off are not taken for whole', async () => {
    const { client } = await serve((_request, response) => {
      response.writeHead(200, [])
      response.write('ab')
      setTimeout(() => response.destroy(), 20)
    })
    const one = client()
    let problem = ''
    one.socket.on('error', (error: NodeJS.ErrnoException) => (problem = error.code ?? ''))
    one.socket.write('GET / HTTP/1.0\r\n\r\n')
    await until('it is closed', () => one.isClosed)
    expect(problem).toBe('ECONNRESET')
  })

  it('never hold another field than was meant', async () => {
    const problems: unknown[] = []
    const { client } = await serve((_request, response) => {
      for (const fields of [
        ['x', 'a\r\nset-cookie: b'],
        ['x\r\n', 'a'],
        ['x', 'a\0'],
        ['content-length', '-1'],
      ]) {
        try {
          response.writeHead(200, fields)
        } catch (error) {
          problems.push(error)
        }
      }
      answer(response, 'ok')
    })
    const one = client()
    one.socket.write(get('/'))
    await until('it is answered', () => one.text.endsWith('ok'))
    expect(problems).toHaveLength(4)
    expect(one.text).not.toContain('set-cookie')
  })

  it('that are shorter than they said break the connection, and longer ones are never sent', async () => {
    const { client, faults } = await serve((request, response) => {
      response.writeHead(200, ['content-length', '3'])
      if (request.head.target === '/short') response.end('ab')
      else response.end('abcd')
    })
    const one = client()
    one.socket.write(get('/short') + get('/next'))
    await until('it is closed', () => one.isClosed)
    expect(one.text.endsWith('ab')).toBe(true)
    const two = client()
    two.socket.write(get('/long'))
    await until('it is closed too', () => two.isClosed)
    expect(two.text).not.toContain('abcd')
    expect(faults.map(String)).toEqual(['Error: a body is longer than its content-length'])
  })
})

const hesitant = (path: string) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`

describe('bodies', () => {
  it('are asked for where the client waits to be told', async () => {
    const { client } = await serve((request, response) => {
      if (request.head.target === '/no') {
        response.writeHead(413, ['content-length', '0'])
        response.end()
        return
      }
      response.writeContinue()
      echo(request, response)
    })
    const willing = client()
    willing.socket.write(hesitant('/yes'))
    await until('it is told to continue', () => willing.text === 'HTTP/1.1 100 Continue\r\n\r\n')
    willing.socket.write('abc')
    await until('it is answered', () => willing.text.endsWith('/yes:abc'))
    const refused = client()
    refused.socket.write(hesitant('/no'))
    // Whether the body still comes is open: another request cannot be told from it.
    await until('it is refused and closed', () => refused.isClosed)
    expect(refused.text).toContain('413')
    expect(refused.text).toContain('connection: close')
  })

  it('that nobody asked for are thrown away, so that the client reads its answer and may go on', async () => {
    const { client } = await serve((request, response) => {
      answer(response, 'early')
      request.discard(10_000_000)
    })
    const one = client()
    one.socket.write(post('/', 'x'.repeat(500_000)) + post('/', 'y'))
    await until('both are answered', () => bodies(one.text).length === 2)
    expect(bodies(one.text)).toEqual(['early', 'early'])
  })

  it('that were given up before the answer are read as far as was said then', async () => {
    const { client } = await serve((request, response) => {
      request.discard(10_000_000)
      answer(response, 'early')
    })
    const one = client()
    one.socket.write(post('/', 'x'.repeat(5_000_000)) + get('/next'))
    await until('both are answered', () => bodies(one.text).length === 2)
    expect(bodies(one.text)).toEqual(['early', 'early'])
  })

  it('that turn out broken after the answer get no second one', async () => {
    const { client } = await serve((_request, response) => answer(response, 'early'))
    const one = client()
    one.socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    await until('it is answered', () => one.text.endsWith('early'))
    one.socket.write('nonsense\r\n')
    await until('it is closed', () => one.isClosed)
    expect(one.text.endsWith('early')).toBe(true)
  })

  it('that never end are cut off', async () => {
    const { client } = await serve((request, response) => {
      answer(response, 'early')
      request.discard(100_000)
    })
    const one = client()
    one.socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    const flood = setInterval(() => one.socket.write(`2710\r\n${'x'.repeat(10_000)}\r\n`), 1)
    await until('it is cut off', () => one.isClosed)
    clearInterval(flood)
    expect(one.text).toContain('early')
  })

  it('are read no faster than somebody takes them', async () => {
    let taken = 0
    let paused: ClientRequest | undefined
    const { client } = await serve((request, response) => {
      request.receive({
        onBody: (piece) => {
          taken += piece.length
          request.pause()
          paused = request
        },
        onBodyEnd: () => answer(response, 'all'),
      })
    })
    const one = client()
    const total = 20_000_000
    one.socket.write(post('/', 'x'.repeat(total)))
    await until('it is paused', () => paused !== undefined)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(taken).toBeLessThan(1_000_000)
    const pump = setInterval(() => paused?.resume(), 1)
    await until('it is answered', () => one.text.endsWith('all'))
    clearInterval(pump)
    expect(taken).toBe(total)
  })

  it('that were held back to their last byte leave a connection that reads on', async () => {
    const { client } = await serve((request, response) =>
      request.receive({
        onBody: () => request.pause(),
        onBodyEnd: () => setTimeout(() => answer(response, request.head.target), 10),
      }),
    )
    const one = client()
    one.socket.write(post('/first', 'x'))
    await until('the first is answered', () => one.text.endsWith('/first'))
    one.socket.write(post('/second', 'x'))
    await until('the second is answered', () => one.text.endsWith('/second'))
    expect(bodies(one.text)).toEqual(['/first', '/second'])
  })

  it('that nobody asked for are cut off while the answer is still to come, too', async () => {
    const { client } = await serve((request) => request.discard(100_000))
    const one = client()
    one.socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    const flood = setInterval(() => one.socket.write(`2710\r\n${'x'.repeat(10_000)}\r\n`), 1)
    await until('it is cut off', () => one.isClosed)
    clearInterval(flood)
    expect(one.text).toBe('')
  })
})

// proves Q4 (real part)
describe('clients that take their time', () => {
  it('are refused while the head trickles, and cut off when they do nothing', async () => {
    const { client } = await serve(echo, { headMs: 100, idleMs: 150 }, 20)
    const slow = client()
    slow.socket.write('GET / HTTP/1.1\r\nX: ')
    const trickle = setInterval(() => slow.socket.write('y'), 10)
    const idle = client()
    const kept = client()
    kept.socket.write(get('/kept'))
    await until('all are closed', () => slow.isClosed && idle.isClosed && kept.isClosed)
    clearInterval(trickle)
    expect(slow.text).toContain('408')
    expect(idle.text).toBe('')
    expect(kept.text).toContain('200')
  })

  it('are refused while the body trickles', async () => {
    let isGone = false
    const { client } = await serve(
      (_request, response) => (response.owner = { onClientClosed: () => (isGone = true) }),
      { requestMs: 100 },
      20,
    )
    const one = client()
    one.socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx')
    await until('it is refused', () => one.isClosed || one.text.includes('408'))
    expect(isGone).toBe(true)
  })

  it('may wait for an answer as long as it takes', async () => {
    const { client } = await serve(
      (_request, response) => void setTimeout(() => answer(response, 'late'), 300),
      { headMs: 50, requestMs: 50, idleMs: 50, lingerMs: 50 },
      10,
    )
    const one = client()
    one.socket.write(post('/', 'x'))
    await until('it is answered', () => one.text.endsWith('late'))
    expect(one.text).toContain('200 OK')
  })

  it('that do not read hold back who writes, and let go on when they read', async () => {
    let isDrained = false
    const { client } = await serve((_request, response) => {
      const onClientReads = () => {
        isDrained = true
        response.end()
      }
      response.owner = { onClientReads }
      response.writeHead(200, [])
      // More than the kernel holds on both sides.
      expect(response.write(Buffer.alloc(32_000_000))).toBe(false)
    })
    const one = client()
    one.socket.pause()
    one.socket.write(get('/', 'Connection: close\r\n'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(isDrained).toBe(false)
    one.socket.resume()
    await until('it is read', () => one.isClosed)
    expect(isDrained).toBe(true)
    expect(one.text.endsWith('\r\n0\r\n\r\n')).toBe(true)
  })
})

describe('clients that do not read', () => {
  it('are not answered any further, however much they ask, and go on once they read', async () => {
    let answered = 0
    const { client } = await serve((_request, response) => {
      answered += 1
      answer(response, 'x'.repeat(10_000))
    })
    const one = client()
    one.socket.pause()
    one.socket.write(get('/').repeat(5_000))
    await until('some are answered', () => answered > 10)
    await new Promise((resolve) => setTimeout(resolve, 200))
    // What the kernel holds on both sides, not all 50 MB.
    expect(answered).toBeLessThan(2_000)
    one.socket.resume()
    await until('all are answered', () => answered === 5_000 && one.text.length > 50_000_000)
  })

  it.each(['keep-alive', 'close'])(
    'get the whole answer when they are slow, with connection: %s',
    async (connection) => {
      const body = 'x'.repeat(16_000_000)
      const { client } = await serve(
        (_request, response) => answer(response, body),
        { idleMs: 50, lingerMs: 50, requestMs: 60_000 },
        10,
      )
      const one = client()
      one.socket.pause()
      one.socket.write(get('/', `Connection: ${connection}\r\n`))
      await new Promise((resolve) => setTimeout(resolve, 300))
      one.socket.resume()
      await until('it is closed', () => one.isClosed)
      expect(one.text.length).toBeGreaterThan(body.length)
    },
  )

  it('are cut off in the end', async () => {
    const { client, server } = await serve(
      (_request, response) => answer(response, 'x'.repeat(16_000_000)),
      { idleMs: 50, lingerMs: 50, requestMs: 200 },
      10,
    )
    const one = client()
    one.socket.pause()
    one.socket.write(get('/'))
    const connections = () => new Promise<number>((resolve) => void server.getConnections((_, count) => resolve(count)))
    await until('it is answered', () => one.socket.bytesWritten > 0)
    const deadline = Date.now() + 10_000
    while ((await connections()) > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await connections()).toBe(0)
  })
})

describe('clients that leave', () => {
  it.each([
    ['by FIN', (socket: Socket) => void socket.end()],
    ['by RST', (socket: Socket) => void socket.resetAndDestroy()],
  ])('%s are noticed at once in every phase, once', async (_how, leave) => {
    const told: string[] = []
    const { client, faults } = await serve((request, response) => {
      const { target } = request.head
      response.owner = { onClientClosed: () => told.push(target) }
      if (target === '/head') response.writeHead(200, [])
      if (target === '/body') response.writeHead(200, []).write('x')
    })
    for (const path of ['/silent', '/head', '/body', '/sending', '/ahead']) {
      const one = client()
      if (path === '/sending') one.socket.write('POST /sending HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx')
      else one.socket.write(path === '/ahead' ? get(path).repeat(2) : get(path))
      await new Promise((resolve) => setTimeout(resolve, 20))
      leave(one.socket)
    }
    await until('all are noticed', () => told.length === 5)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(told.toSorted()).toEqual(['/ahead', '/body', '/head', '/sending', '/silent'])
    expect(faults).toEqual([])
  })

  it('are known by their address still', async () => {
    const addresses: string[] = []
    const { client } = await serve((request, response) => {
      response.owner = { onClientClosed: () => addresses.push(request.remoteAddress) }
    })
    const one = client()
    one.socket.write(get('/'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    one.socket.resetAndDestroy()
    await until('it is noticed', () => addresses.length === 1)
    expect(addresses).toEqual(['127.0.0.1'])
  })

  it('by FIN once they are answered read the rest of the answer', async () => {
    let isAnswered = false
    const { client } = await serve((_request, response) => {
      answer(response, 'x'.repeat(16_000_000))
      isAnswered = true
    })
    const one = client()
    one.socket.pause()
    one.socket.write(get('/'))
    await until('it is answered', () => isAnswered)
    one.socket.end()
    await new Promise((resolve) => setTimeout(resolve, 50))
    one.socket.resume()
    await until('it is closed', () => one.isClosed)
    expect(one.text.length).toBeGreaterThan(16_000_000)
  })

  it('are written to without harm', async () => {
    let response: ClientResponse | undefined
    const { client, faults } = await serve((_request, given) => (response = given))
    const one = client()
    one.socket.write(get('/'))
    await until('it is asked', () => response !== undefined)
    one.socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 30))
    response?.writeHead(200, [])
    expect(response?.write('x')).toBe(true)
    response?.end()
    expect(faults).toEqual([])
  })
})

describe('a server that closes', () => {
  it('lets go of idle connections, finishes what is under way, and calls back when all are gone', async () => {
    const waiting: ClientResponse[] = []
    const { client, server } = await serve((_request, response) => void waiting.push(response))
    const idle = client()
    const busy = client()
    busy.socket.write(get('/'))
    await until('one waits', () => waiting.length === 1)
    let isClosed = false
    server.close(() => (isClosed = true))
    await until('the idle one is gone', () => idle.isClosed)
    expect([busy.isClosed, isClosed]).toEqual([false, false])
    const [response] = waiting
    if (response !== undefined) response.shouldKeepAlive = false
    if (response !== undefined) answer(response, 'done')
    await until('it is closed', () => isClosed && busy.isClosed)
    expect(busy.text.endsWith('done')).toBe(true)
  })

  it('lets slow clients read what they were answered', async () => {
    const body = 'x'.repeat(16_000_000)
    let isAnswered = false
    const { client, server } = await serve((_request, response) => {
      answer(response, body)
      isAnswered = true
    })
    const slow = client()
    slow.socket.pause()
    slow.socket.write(get('/'))
    await until('it is answered', () => isAnswered)
    let isClosed = false
    server.close(() => (isClosed = true))
    await new Promise((resolve) => setTimeout(resolve, 50))
    slow.socket.resume()
    await until('it is closed', () => isClosed && slow.isClosed)
    expect(slow.text.length).toBeGreaterThan(body.length)
  })

  it('survives what goes wrong when it accepts', async () => {
    const { server, faults } = await serve(echo)
    const error = new Error('accept ENOMEM')
    server.emit('error', error)
    expect(faults).toEqual([error])
  })
})
