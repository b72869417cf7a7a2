import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { goodResponses, hostileResponses } from '../testing/response-table.ts'
import { ResponseParser } from './response-parser.ts'

/** What a parser says of pieces that are each overwritten after they were read, as a shared buffer is. */
function read(pieces: readonly Buffer[], options: { closes?: boolean; isAnswerToHead?: boolean } = {}) {
  let status = 0
  let fields: readonly string[] = []
  let problem = ''
  const body: Buffer[] = []
  const parser = new ResponseParser({
    onHead: (head) => {
      status = head.status
      fields = head.fields
    },
    onData: (piece) => void body.push(Buffer.from(piece)),
  })
  parser.begin(options.isAnswerToHead === true)
  try {
    for (const piece of pieces) {
      const lent = Buffer.from(piece)
      try {
        parser.push(lent)
      } finally {
        lent.fill('?')
      }
    }
    if (options.closes === true) parser.close()
  } catch (error) {
    problem = String(error)
  }
  const { isDone, isReusable } = parser
  return {
    status,
    fields,
    body: Buffer.concat(body).toString('latin1'),
    problem,
    isDone,
    isReusable,
    pieces: body.length,
  }
}
const bytes = (wire: string) => Buffer.from(wire, 'latin1')
const told = ({ status, fields, body, problem, isDone, isReusable }: ReturnType<typeof read>) => ({
  status,
  fields,
  body,
  problem,
  isDone,
  isReusable,
})

function cut(whole: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (whole.length + 1)), whole.length].toSorted((a, b) => a - b)
  return ends
    .map((end, index) => whole.subarray(index === 0 ? 0 : ends[index - 1], end))
    .filter(({ length }) => length > 0)
}

describe('a response that is well formed', () => {
  it.each(goodResponses)('$title: is read the same however it is cut', ({ wire, status, body, closes }) => {
    const options = { closes: closes === true }
    const whole = read([bytes(wire)], options)
    expect(whole).toMatchObject({ status, body, problem: '', isDone: true, isReusable: closes !== true })
    for (let at = 1; at < wire.length; at += 1) {
      expect(told(read([bytes(wire.slice(0, at)), bytes(wire.slice(at))], options)), `cut at ${at}`).toEqual(
        told(whole),
      )
    }
    expect(told(read([...wire].map(bytes), options))).toEqual(told(whole))
  })

  it('names its fields in lower case, blanks around values left out', () => {
    const { fields } = read([bytes('HTTP/1.1 204 x\r\nA: \t b c \t\r\nb:\r\nX-Y:\xe9\r\n\r\n')])
    expect(fields).toEqual(['a', 'b c', 'b', '', 'x-y', '\xe9'])
  })

  it('has no body when it answers HEAD, whatever length it names', () => {
    for (const framing of ['Content-Length: 5', 'Transfer-Encoding: chunked']) {
      const answer = read([bytes(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`)], { isAnswerToHead: true })
      expect(answer).toMatchObject({ status: 200, body: '', isDone: true, isReusable: true })
    }
  })

  it('hands a burst of chunks on in one piece, so that it costs the client one write', () => {
    const chunks = Array.from({ length: 50 }, (_, index) => `${index < 10 ? 8 : 9}\r\ndata:${index}\n\n\r\n`).join('')
    const answer = read([bytes(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`)])
    expect(answer).toMatchObject({ pieces: 1, problem: '' })
    expect(answer.body).toBe(Array.from({ length: 50 }, (_, index) => `data:${index}\n\n`).join(''))
  })

  it('leaves a connection alone that says more than it was asked', () => {
    const answer = read([bytes('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n')])
    expect(answer).toMatchObject({ body: 'x', isDone: true, isReusable: false })
  })

  it('is not done before its last byte', () => {
    for (const { wire, closes } of goodResponses) {
      for (let at = 0; at < wire.length; at += 1) {
        if (closes === true && at >= wire.indexOf('\r\n\r\n') + 4) break
        const part = read([bytes(wire.slice(0, at))])
        expect(part.isDone, `${JSON.stringify(wire)} until ${at}`).toBe(false)
        expect(part.problem).toBe('')
      }
    }
  })
})

describe('a response that is not', () => {
  it.each(hostileResponses)('$title: is refused, however it is cut', ({ wire, body = '' }) => {
    const whole = read([bytes(wire)])
    expect(whole.problem).toContain('HttpSyntaxError')
    expect([whole.body, whole.isReusable]).toEqual([body, false])
    const step = Math.max(1, Math.floor(wire.length / 300))
    for (let at = 1; at < wire.length; at += step) {
      expect(read([bytes(wire.slice(0, at)), bytes(wire.slice(at))]).problem, `cut at ${at}`).toBe(whole.problem)
    }
  })

  it('never makes the parser throw anything else, wait for nothing or invent bytes', () => {
    const wires = [...goodResponses, ...hostileResponses].map(({ wire }) => wire).filter(({ length }) => length < 2_000)
    const mutation = fc.record({
      wire: fc.constantFrom(...wires),
      at: fc.nat(),
      removed: fc.nat(3),
      inserted: fc.string({
        unit: fc.constantFrom('\r', '\n', ' ', '0', 'f', ';', ':', ',', '\0', 'A', '\xff'),
        maxLength: 3,
      }),
      places: fc.array(fc.nat(), { maxLength: 8 }),
    })
    fc.assert(
      fc.property(mutation, ({ wire, at, removed, inserted, places }) => {
        const place = at % wire.length
        const mutated = bytes(wire.slice(0, place) + inserted + wire.slice(place + removed))
        const whole = read([mutated], { closes: true })
        expect(told(read(cut(mutated, places), { closes: true }))).toEqual(told(whole))
        expect(whole.problem).toMatch(/^(|HttpSyntaxError: .*)$/)
        expect(mutated.length).toBeGreaterThanOrEqual(whole.body.length)
      }),
      { numRuns: 3_000 },
    )
  })
})
