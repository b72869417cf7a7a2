import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DoneMark } from './done-mark.ts'
import { countEvents, endOfLastEvent, EventGate } from './event-boundary.ts'
import { headersForClient, headersForEngine } from './forwarded-headers.ts'
import { requestIdOf } from './request-id.ts'
import { TokenRate } from './token-rate.ts'
import { UsageTail } from './usage-tail.ts'

const event = fc.oneof(
  fc.constantFrom('data: [DONE]', ': comment', 'event: a\ndata: {"é":"😀"}'),
  fc.stringMatching(/^data: [a-z]{0,20}$/),
)
const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
const stream = fc
  .tuple(fc.array(event, { maxLength: 8 }), lineEnd, fc.constantFrom('', 'data: cut'))
  .map(([events, end, rest]) =>
    Buffer.from(events.map((text) => text.replaceAll('\n', end) + end + end).join('') + rest),
  )

/** The bytes in pieces, each of them there only until the next one is asked for. */
function* cut(bytes: Buffer, places: readonly number[]): Generator<Buffer> {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  for (const [index, end] of ends.entries()) {
    const piece = Buffer.from(bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
    if (piece.length > 0) yield piece
    piece.fill('?')
  }
}

describe('the event gate', () => {
  it('passes every byte in order, whatever the cuts, and stands between two events after each piece', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 30 }), (bytes, places) => {
        const gate = new EventGate()
        const passed: Buffer[] = []
        for (const piece of cut(bytes, places)) {
          const whole = gate.pass(piece)
          if (whole === null) continue
          passed.push(Buffer.from(whole))
          expect(/(\n\n|\r\n\r\n|\r\r)$/.test(Buffer.concat(passed).toString())).toBe(true)
        }
        const rest = gate.rest()
        expect(Buffer.concat([...passed, ...(rest === null ? [] : [rest])])).toEqual(bytes)
      }),
      { numRuns: 1_000 },
    )
  })

  it('passes an event as soon as it is whole, also when each byte comes alone', () => {
    const gate = new EventGate()
    const passed = [...Buffer.from('data: a\r\n\r\ndata: b\r\n\r\n')].map((byte) =>
      gate.pass(Buffer.from([byte]))?.toString(),
    )
    expect(passed.filter((text) => text !== undefined)).toEqual(['data: a\r\n\r\n', 'data: b\r\n\r\n'])
  })

  it('passes whole pieces on without copying them', () => {
    const piece = Buffer.from('data: a\n\n')
    expect(new EventGate().pass(piece)).toBe(piece)
  })

  it('does not hold an event without end for ever', () => {
    const gate = new EventGate()
    let passed = 0
    for (let piece = 0; piece < 100; piece += 1) passed += gate.pass(Buffer.alloc(10_000, 'x'))?.length ?? 0
    expect(passed).toBeGreaterThan(500_000)
  })

  it('counts the ends of events', () => {
    expect(endOfLastEvent(Buffer.from('a\n\nb\n'))).toBe(3)
    expect(countEvents(Buffer.from('a\n\nb\n\nc'))).toBe(2)
  })
})

const isDone = (text: string, places: readonly number[]) => {
  const mark = new DoneMark()
  for (const piece of cut(Buffer.from(text), places)) mark.take(piece)
  return mark.isThere
}

describe('the mark of a stream that is done', () => {
  it('is found at the end alone, however the stream is cut', () => {
    const before = fc.constantFrom('', 'data: {"a":"é"}\n\n', `data: ${'x'.repeat(100)}\r\n\r\n`, 'data: [DONE]\n\n')
    const end = fc.constantFrom('data: [DONE]', 'data:[DONE]').chain((line) => lineEnd.map((end) => line + end + end))
    const cutEnd = fc.constantFrom('', '\n\n', '\r\n')
    fc.assert(
      fc.property(before, end, cutEnd, fc.array(fc.nat(), { maxLength: 40 }), (text, done, more, places) => {
        expect(isDone(text + done.trimEnd() + more, places)).toBe(true)
        expect(isDone(`${text}${done}data: x${more}`, places)).toBe(false)
        expect(isDone(`${text}data: x${done}`, places)).toBe(false)
        expect(isDone(text + done.slice(0, 6), places)).toBe(false)
      }),
      { numRuns: 1_000 },
    )
  })
})

const read = (pieces: Iterable<Buffer>) => {
  const tail = new UsageTail()
  for (const piece of pieces) tail.take(piece)
  return tail.end()
}

describe('the usage tail', () => {
  const usage = '"usage": {"prompt_tokens": 17, "total_tokens":22,"completion_tokens":5}'

  it('finds the usage of a stream or an answer however it is cut, after any length', () => {
    fc.assert(
      fc.property(fc.nat(9_000), fc.array(fc.nat(), { maxLength: 60 }), (before, places) => {
        const bytes = Buffer.from(`data: ${'x'.repeat(before)}\n\ndata: {"choices":[],${usage}}\n\ndata: [DONE]\n\n`)
        expect(read(cut(bytes, places))).toEqual({ inputTokens: 17, outputTokens: 5 })
      }),
    )
  })

  it('takes the last whole one, as engines repeat it in each event, and passes over null', () => {
    const events = [1, 2, 3].map((tokens) => `data: {"usage":{"prompt_tokens":9,"completion_tokens":${tokens}}}\n\n`)
    expect(read([Buffer.from(`${events.join('')}data: {"usage":null}\n\n`)])).toEqual({
      inputTokens: 9,
      outputTokens: 3,
    })
  })

  it('knows an embedding answer and other words for tokens', () => {
    expect(read([Buffer.from('{"usage":{"prompt_tokens":4,"total_tokens":4}}')])).toEqual({
      inputTokens: 4,
      outputTokens: 0,
    })
    expect(read([Buffer.from('{"usage":{"input_tokens":4,"output_tokens":7}}')])).toEqual({
      inputTokens: 4,
      outputTokens: 7,
    })
    const cached = '"cache_creation_input_tokens":2,"cache_read_input_tokens":32'
    expect(read([Buffer.from(`{"usage":{"input_tokens":4,"output_tokens":7,${cached}}}`)])).toEqual({
      inputTokens: 38,
      outputTokens: 7,
      cachedTokens: 32,
    })
    const details = '"input_tokens_details":{"cached_tokens":32,"input_tokens_per_turn":[]}'
    expect(read([Buffer.from(`{"usage":{"input_tokens":40,${details},"output_tokens":7}}`)])).toEqual({
      inputTokens: 40,
      outputTokens: 7,
      cachedTokens: 32,
    })
  })

  it.each(['{"output_tokens":15}', '{"input_tokens":25,"output_tokens":15}'])(
    'adds up what the first event of a message tells and the last one, %s, however long it is',
    (last) => {
      const start = '{"type":"message_start","message":{"usage":{"input_tokens":25,"output_tokens":1}}}'
      const end = `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":${last}}`
      for (const length of [10, 500, 5_000, 50_000]) {
        const pieces = [
          `event: message_start\ndata: ${start}\n\n`,
          `event: content_block_delta\ndata: ${'x'.repeat(length)}\n\n`,
          `event: message_delta\ndata: ${end}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`,
        ]
        for (const cut of [pieces, [pieces.join('')]]) {
          expect(read(cut.map((text) => Buffer.from(text)))).toEqual({ inputTokens: 25, outputTokens: 15 })
        }
      }
    },
  )

  it('does not take what the first event of a message tells for the whole, where it breaks off', () => {
    const start = '{"type":"message_start","message":{"usage":{"input_tokens":25,"output_tokens":1}}}'
    const pieces = [`event: message_start\ndata: ${start}\n\n`, `event: content_block_delta\ndata: {}\n\n`]
    expect(read(pieces.map((text) => Buffer.from(text)))).toBeUndefined()
  })

  it('finds what a reranking tells before its results, however many there are', () => {
    for (const count of [1, 10, 1_000]) {
      const results = Array.from({ length: count }, (_, index) => ({ index, document: { text: 'x'.repeat(900) } }))
      const answer = { id: 'score-1', model: 'm', usage: { prompt_tokens: 56, total_tokens: 56 }, results }
      const bytes = Buffer.from(JSON.stringify(answer))
      expect(read(cut(bytes, [65_536, 131_072]))).toEqual({ inputTokens: 56, outputTokens: 0 })
    }
  })

  it('is not fooled by text that speaks of usage', () => {
    const answer = { choices: [{ message: { content: '"usage":{"prompt_tokens":1,"completion_tokens":1}' } }] }
    expect(read([Buffer.from(JSON.stringify(answer))])).toBeUndefined()
    expect(read([])).toBeUndefined()
  })
})

/** `Name: value` lines as Node hands header fields over. */
/** As they are read: names in lower case and values in turn. */
const fields = (lines: string) =>
  lines.split('\n').flatMap((line) => {
    const [name = '', value = ''] = line.trim().split(': ')
    return [name.toLowerCase(), value]
  })

describe('header fields', () => {
  it('keep what ends at this hop, credentials and internal steering from engines', () => {
    const raw = fields(`Host: gateway
      Content-Length: 3
      Authorization: Bearer sk-1
      X-Api-Key: sk-1
      Cookie: c
      Connection: close, X-Hop
      X-Hop: 1
      TE: trailers
      Upgrade: h2c
      Expect: 100-continue
      X-Fairlead-Replica: m-1
      X-Data-Parallel-Rank: 1
      X-Data-Parallel-Host-Port: 10.0.0.9:8000
      X-Prefiller-Host-Port: 10.0.0.9:8000
      X-Encoder-Hosts-Ports: 10.0.0.9:8000
      X-KV-Cache-Source-Host-Port: 10.0.0.9:8000
      X-Gateway-Destination-Endpoint: 10.0.0.9:8000
      X-Gateway-Destination-Endpoint-Subset: 10.0.0.9:8000
      X-Gateway-Inference-Objective: critical
      X-Gateway-Inference-Fairness-Id: another
      X-Gateway-Model-Name-Rewrite: another
      X-LLM-D-Anything: 1
      X-SLO-TTFT-Ms: 1
      X-Slow: 1
      X-Request-Id: theirs
      Accept-Encoding: gzip
      Content-Type: application/json
      traceparent: 00-1-2-01
      OpenAI-Organization: o`)
    expect(headersForEngine(raw, ['x-request-id', 'r'])).toEqual(
      fields('x-request-id: r\nx-slow: 1\ntraceparent: 00-1-2-01\nopenai-organization: o'),
    )
  })

  it('keep from clients what concerns the hop to the engine', () => {
    const raw = fields(`Date: d
      Server: uvicorn
      Connection: X-Hop
      X-Hop: 1
      Transfer-Encoding: chunked
      Content-Type: a
      X-Request-Id: theirs`)
    expect(headersForClient(raw, 'r')).toEqual(fields('x-request-id: r\ncontent-type: a'))
  })
})

describe('request ids', () => {
  it('are taken over when sane, else made', () => {
    expect(requestIdOf('trace-1/a:b')).toBe('trace-1/a:b')
    for (const odd of ['', 'a b', 'a\nb', 'é', 'x'.repeat(129), undefined, ['a', 'b']]) {
      expect(requestIdOf(odd)).toMatch(/^[0-9a-f]{32}$/)
    }
  })
})

describe('the token rate', () => {
  it('is the mean of ten seconds, and falls to zero after them', () => {
    const rate = new TokenRate()
    for (let second = 0; second < 10; second += 1) rate.add(50, second * 1000 + 10)
    expect(rate.perSecond(10_500)).toBe(50)
    expect(rate.perSecond(15_500)).toBe(25)
    expect(rate.perSecond(60_000)).toBe(0)
  })
})
