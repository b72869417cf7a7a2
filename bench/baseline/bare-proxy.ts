/**
 * The bare Node proxy that the gateway is measured against: node:http towards clients, connections of its own over
 * node:net towards one engine, or several in turn. It forwards and does nothing else: no keys, limits, metrics, log,
 * deadlines or retries, and it trusts the engine's framing. Started with the port it serves and those it forwards to.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { ChunkReader } from './chunk-reader.ts'

const [listenPort, ...enginePorts] = process.argv.slice(2).map(Number)
const headEnd = Buffer.from('\r\n\r\n')
const notForwarded = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date'])
/** Connections without a request, by engine. */
const resting: EngineConnection[][] = enginePorts.map(() => [])
let turn = 0

/** A connection to the engine: one request at a time, then it rests until the next. */
class EngineConnection {
  readonly #socket: Socket
  #response: ServerResponse | null = null
  #beginning: Buffer | null = null
  #isInBody = false
  #bytesLeft = 0
  #chunks: ChunkReader | null = null
  readonly #others: EngineConnection[]

  /** @param others the resting ones of the same engine */
  constructor(port: number, others: EngineConnection[]) {
    this.#others = others
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.on('data', (piece: Buffer) => this.#onData(piece))
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => this.#onClose())
  }

  ask(head: string, body: Buffer, response: ServerResponse): void {
    this.#response = response
    this.#isInBody = false
    this.#socket.cork()
    this.#socket.write(head, 'latin1')
    this.#socket.write(body)
    this.#socket.uncork()
    response.once('close', () => {
      if (this.#response === response) this.#socket.destroy()
    })
  }

  #onData(piece: Buffer): void {
    let body = piece
    if (!this.#isInBody) {
      const known = this.#beginning === null ? piece : Buffer.concat([this.#beginning, piece])
      const end = known.indexOf(headEnd)
      this.#beginning = end < 0 ? known : null
      if (end < 0) return
      this.#onHead(known.toString('latin1', 0, end))
      body = known.subarray(end + headEnd.length)
    }
    if (body.length > 0) this.#onBody(body)
  }

  #onHead(text: string): void {
    const [status = '', ...lines] = text.split('\r\n')
    const fields: string[] = []
    this.#chunks = null
    for (const line of lines) {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon).toLowerCase()
      const value = line.slice(colon + 1).trim()
      if (name === 'content-length') this.#bytesLeft = Number(value)
      else if (name === 'transfer-encoding') this.#chunks = new ChunkReader()
      if (!notForwarded.has(name)) fields.push(name, value)
    }
    this.#isInBody = true
    this.#response?.writeHead(Number(status.slice(9, 12)), fields)
  }

  #onBody(body: Buffer): void {
    if (this.#chunks === null) {
      this.#bytesLeft -= body.length
      this.#pass(body, this.#bytesLeft <= 0)
      return
    }
    const payload = this.#chunks.read(body)
    if (payload !== null || this.#chunks.isOver) this.#pass(payload, this.#chunks.isOver)
  }

  #pass(payload: Buffer | null, isLast: boolean): void {
    const response = this.#response
    if (!isLast) {
      if (payload !== null) response?.write(payload)
      return
    }
    this.#response = null
    if (payload === null) response?.end()
    else response?.end(payload)
    this.#others.push(this)
  }

  #onClose(): void {
    const place = this.#others.indexOf(this)
    if (place >= 0) this.#others.splice(place, 1)
    const response = this.#response
    this.#response = null
    if (response === null) return
    if (response.headersSent) response.destroy()
    else response.writeHead(502).end()
  }
}

function forward(request: IncomingMessage, pieces: readonly Buffer[], response: ServerResponse): void {
  const [only = Buffer.alloc(0)] = pieces
  const body = pieces.length <= 1 ? only : Buffer.concat(pieces)
  turn = (turn + 1) % enginePorts.length
  const port = enginePorts[turn] ?? 0
  const others = resting[turn] ?? []
  const head =
    `${request.method ?? ''} ${request.url ?? ''} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n` +
    `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  const connection = others.pop() ?? new EngineConnection(port, others)
  connection.ask(head, body, response)
}

const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0 }, (request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => forward(request, pieces, response))
})
server.listen(listenPort, '127.0.0.1', 4096)
