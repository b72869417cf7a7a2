import { createServer } from 'node:http'
import { connect, type AddressInfo, type Server } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HttpServer } from './http-server.ts'
import { goodRequests, hostileRequests } from './testing/request-table.ts'

/**
 * Node's own server, whose parser llhttp has been attacked for years, beside ours: whatever ours accepts, Node's reads
 * as the same request. Where ours refuses more, the table says so.
 */
interface Understood {
  readonly method: string
  readonly target: string
  /** Names in lower case and values in turn. */
  readonly fields: readonly string[]
  readonly body: string
}

const understood: { ours: Understood[]; theirs: Understood[] } = { ours: [], theirs: [] }
const times = { headMs: 60_000, requestMs: 60_000, idleMs: 60_000, lingerMs: 60_000 }
const ours = new HttpServer({
  headerLimitBytes: 16 * 1024,
  times,
  onRequest: (request, response) => {
    const pieces: Buffer[] = []
    request.receive({
      onBody: (piece) => void pieces.push(piece),
      onBodyEnd: () => {
        const { method, target, fields } = request.head
        understood.ours.push({ method, target, fields, body: Buffer.concat(pieces).toString('latin1') })
        response.writeHead(200, ['content-length', '0'])
        response.end()
      },
    })
    if (request.head.expectsContinue) response.writeContinue()
  },
  answerUnparsable: ({ status }) => `HTTP/1.1 ${status} No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  onFault: (error) => {
    throw error
  },
})
const theirs = createServer({ maxHeaderSize: 16 * 1024, keepAliveTimeout: 60_000 }, (request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => {
    const { method = '', url = '', rawHeaders } = request
    const fields = rawHeaders.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text))
    understood.theirs.push({ method, target: url, fields, body: Buffer.concat(pieces).toString('latin1') })
    response.writeHead(200, { 'content-length': '0' }).end()
  })
})
const listening = (server: Server) =>
  new Promise<void>((resolve) => void server.listen({ host: '127.0.0.1', port: 0 }, resolve))
beforeAll(() => Promise.all([listening(ours), listening(theirs)]))
afterAll(() => {
  ours.close()
  ours.closeAllConnections()
  theirs.close()
  theirs.closeAllConnections()
})

const marker = 'GET /marker HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

/** Sends bytes and, behind them, a request after which every server closes; resolves to the statuses that came back. */
async function statusesOf(server: Server, wire: string): Promise<number[]> {
  const { port } = server.address() as AddressInfo
  const socket = connect({ host: '127.0.0.1', port })
  let answer = ''
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => (answer += text))
  socket.on('error', () => {})
  socket.write(wire + marker, 'latin1')
  // Requests that a server waits for the rest of are left at a quiet moment.
  let lastLength = -1
  const quiet = setInterval(() => {
    if (answer.length === lastLength) socket.destroy()
    lastLength = answer.length
  }, 400)
  await new Promise((resolve) => socket.once('close', resolve))
  clearInterval(quiet)
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))
}

async function both(wire: string) {
  understood.ours = []
  understood.theirs = []
  const [our, their] = await Promise.all([statusesOf(ours, wire), statusesOf(theirs, wire)])
  return { our, their, ourReading: understood.ours, theirReading: understood.theirs }
}

// proves Q4 (real part)
describe('beside the server of Node', () => {
  it.each(goodRequests)('$title: is read the same', async ({ wire, isKeptAlive }) => {
    const { ourReading, theirReading } = await both(wire)
    expect(ourReading).toEqual(theirReading)
    expect(ourReading).toHaveLength(isKeptAlive ? 2 : 1)
  })

  it.each(hostileRequests)('$title: is refused by ours, and where Node lets it pass the table says so', async (row) => {
    const { our, their, ourReading } = await both(row.wire)
    expect(our.at(-1)).toBe(row.status)
    expect(ourReading.filter(({ target }) => target === '/marker')).toEqual([])
    expect(their[0] === 200, `Node says ${their.join(', ')}`).toBe(row.isFineElsewhere === true)
  })

  it('never reads another request than Node where it accepts one', async () => {
    const wires = [...goodRequests, ...hostileRequests].map(({ wire }) => wire).filter(({ length }) => length < 500)
    const mutation = fc.record({
      wire: fc.constantFrom(...wires),
      at: fc.nat(),
      removed: fc.nat(2),
      inserted: fc.string({ unit: fc.constantFrom('\r', '\n', ' ', '0', ';', ':', '\0', 'A', '\t'), maxLength: 2 }),
    })
    await fc.assert(
      fc.asyncProperty(mutation, async ({ wire, at, removed, inserted }) => {
        const place = at % wire.length
        const { ourReading, theirReading } = await both(wire.slice(0, place) + inserted + wire.slice(place + removed))
        // Node may read more, where ours is stricter; what both read is the same.
        expect(ourReading).toEqual(theirReading.slice(0, ourReading.length))
      }),
      { numRuns: 1000 },
    )
  }, 120_000)
})
