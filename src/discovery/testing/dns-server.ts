import { createSocket, type Socket } from 'node:dgram'
import { isIPv4 } from 'node:net'

/** What is said of a name: its addresses (none: it is there without any), a failure, or nothing at all. */
export type Zone = Map<string, readonly string[] | 'servfail' | 'silence'>

const typeA = 1
const typeAaaa = 28
const codes = { none: 0, servfail: 2, nameError: 3 } as const

/** A DNS server over UDP (RFC 1035 section 4) that knows a few names; any other does not exist. */
export class DnsServer {
  readonly zone: Zone = new Map()
  /** Names that were asked for, in their order. */
  readonly asked: string[] = []
  readonly #socket: Socket = createSocket('udp4')

  /** Starts one on a free port of the loopback address, or on another address and `port`. */
  static async start(port = 0, host = '127.0.0.1'): Promise<DnsServer> {
    const server = new DnsServer()
    const listening = Promise.withResolvers<void>()
    server.#socket.once('error', listening.reject)
    server.#socket.bind(port, host, listening.resolve)
    await listening.promise
    server.#socket.on('message', (message, { port: from, address }) => {
      const reply = server.#answer(message)
      if (reply !== null) server.#socket.send(reply, from, address)
    })
    return server
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`
  }

  close(): void {
    this.#socket.close()
  }

  #answer(query: Buffer): Buffer | null {
    const labels: string[] = []
    let at = 12
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length))
      at += 1 + length
    }
    const name = labels.join('.').toLowerCase()
    const type = query.readUInt16BE(at + 1)
    const question = query.subarray(12, at + 5)
    this.asked.push(name)
    const known = this.zone.get(name)
    if (known === 'silence') return null
    if (known === undefined) return reply(query, question, codes.nameError, [])
    if (known === 'servfail') return reply(query, question, codes.servfail, [])
    const wanted = known.filter((address) => isIPv4(address) === (type === typeA))
    const records = type === typeA || type === typeAaaa ? wanted.map((address) => record(type, address)) : []
    return reply(query, question, codes.none, records)
  }
}

function reply(query: Buffer, question: Buffer, code: number, records: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(12)
  query.copy(head, 0, 0, 2)
  // A response (QR), authoritative (AA), recursion as it was asked for and available (RD, RA).
  head.writeUInt16BE(0x8480 | (query.readUInt16BE(2) & 0x0100) | code, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records.length, 6)
  return Buffer.concat([head, question, ...records])
}

/** A resource record of the name in the question. */
function record(type: number, address: string): Buffer {
  const data = isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : version6(address)
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(5, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

const words = (text: string) => (text === '' ? [] : text.split(':'))

function version6(address: string): Buffer {
  const [front = '', back = ''] = address.split('::')
  const missing = 8 - words(front).length - words(back).length
  const all = [...words(front), ...Array.from({ length: missing }, () => '0'), ...words(back)]
  return Buffer.from(all.map((word) => word.padStart(4, '0')).join(''), 'hex')
}
