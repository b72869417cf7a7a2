import type { Socket } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UpstreamClient } from './contract.ts'
import { Http1Upstream } from './http1-upstream.ts'
import { ask, eachRequest, startRawEngine, type RawEngine, type Transcript } from './testing/raw-engine.ts'
import { goodResponses, hostileResponses } from './testing/response-table.ts'
import { createUndiciUpstream } from './undici-upstream.ts'

/** How the engine answers now: pieces, each in a turn of the loop of its own, then perhaps the end of the connection. */
let reply: { readonly pieces: readonly Buffer[]; readonly closes: boolean } = { pieces: [], closes: true }
let raw: RawEngine
let own: UpstreamClient
let oracle: UpstreamClient
beforeAll(async () => {
  raw = await startRawEngine((socket: Socket) =>
    eachRequest(socket, async () => {
      const { pieces, closes } = reply
      for (const piece of pieces) {
        socket.write(piece)
        if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve))
      }
      if (closes) socket.end()
    }),
  )
  own = new Http1Upstream(raw.address, { connectTimeoutMs: 5_000 })
  oracle = createUndiciUpstream(raw.address, { connectTimeoutMs: 5_000 })
})
afterAll(async () => {
  own.destroy()
  oracle.destroy()
  await raw.close()
})

const bytes = (wire: string) => Buffer.from(wire, 'latin1')
const withoutDetail = ({ status, fields, body, ending }: Transcript) => ({ status, fields, body, ending })
async function both(pieces: readonly Buffer[], closes: boolean): Promise<[Transcript, Transcript]> {
  reply = { pieces, closes }
  return [await ask(own), await ask(oracle)]
}

describe('our client and undici', () => {
  it.each(goodResponses)('make the same of $title', async ({ wire, status, body, closes, undici }) => {
    const [ours, theirs] = await both([bytes(wire)], closes === true)
    expect(undici === undefined ? withoutDetail(ours) : { status, body }).toEqual(
      undici === undefined ? withoutDetail(theirs) : { status, body },
    )
    expect(ours).toMatchObject({ status, body, ending: 'end' })
  })

  it.each(hostileResponses)('both refuse $title, or ours is the stricter one', async ({ wire, body = '', undici }) => {
    const [ours, theirs] = await both([bytes(wire)], true)
    expect(ours.ending).toMatch(/reset|died/)
    expect(ours.body).toBe(body)
    expect(undici ?? theirs.ending).toMatch(/reset|died|accepts|waits/)
  })

  it('make the same of generated responses, cut anywhere and perhaps broken off', async () => {
    const token = fc.stringMatching(/^X-[!#$%&'*+.^_`|~0-9A-Za-z-]{1,10}$/)
    const value = fc.stringMatching(/^([!-~\u00a0-\u00ff]([ \t!-~\u00a0-\u00ff]{0,12}[!-~\u00a0-\u00ff])?)?$/)
    const text = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '0', ';', '\xff', 'data: {}\n\n'), maxLength: 20 })
    const response = fc.record({
      status: fc.constantFrom(200, 201, 204, 304, 400, 404, 429, 500, 503, 599),
      informational: fc.subarray([102, 103]),
      fields: fc.array(fc.tuple(token, value), { maxLength: 5 }),
      framing: fc.constantFrom('length', 'chunked', 'close'),
      chunks: fc.array(text, { maxLength: 5 }),
      extension: fc.constantFrom('', ';a', ';a=b', ';a="b c"'),
      trailer: fc.constantFrom('', 'X-Trailer: t\r\n'),
      keeps: fc.boolean(),
      brokenAt: fc.option(fc.nat(), { freq: 3 }),
      places: fc.array(fc.nat(), { maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(response, async (given) => {
        const body = given.chunks.join('')
        const hasBody = given.status !== 204 && given.status !== 304
        const framing =
          given.framing === 'length'
            ? `Content-Length: ${body.length}\r\n`
            : given.framing === 'chunked'
              ? 'Transfer-Encoding: chunked\r\n'
              : ''
        const frame = (chunk: string) => `${chunk.length.toString(16)}${given.extension}\r\n${chunk}\r\n`
        const chunked = `${given.chunks
          .filter((chunk) => chunk !== '')
          .map(frame)
          .join('')}0\r\n${given.trailer}\r\n`
        const head =
          given.informational.map((status) => `HTTP/1.1 ${status} x\r\n\r\n`).join('') +
          `HTTP/1.1 ${given.status} Reason\r\n${given.fields.map(([name, text]) => `${name}: ${text}\r\n`).join('')}` +
          `${given.keeps ? '' : 'Connection: close\r\n'}${framing}\r\n`
        const whole = bytes(head + (!hasBody ? '' : given.framing === 'chunked' ? chunked : body))
        const isBroken = given.brokenAt !== null
        const sent = isBroken ? whole.subarray(0, (given.brokenAt ?? 0) % whole.length) : whole
        const ends = [...given.places.map((place) => place % (sent.length + 1)), sent.length].toSorted((a, b) => a - b)
        const pieces = ends.map((end, index) => sent.subarray(index === 0 ? 0 : ends[index - 1], end))
        const closes = isBroken || !given.keeps || (given.framing === 'close' && hasBody)
        const [ours, theirs] = await both(pieces, closes)
        expect(withoutDetail(ours), `of ${JSON.stringify(sent.toString('latin1'))}`).toEqual(withoutDetail(theirs))
        const intended = { status: given.status, body: hasBody ? body : '', ending: 'end' }
        expect(isBroken ? intended : ours).toMatchObject(intended)
      }),
      { numRuns: 300 },
    )
  })
})
