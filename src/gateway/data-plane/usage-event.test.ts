import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspectBody } from './inspect-body.ts'
import { JsonQuestion } from './json-question.ts'
import { withoutUsageEvent } from './usage-event.ts'

const text = (content: string, more = '') =>
  `data: {"choices":[{"delta":{"content":${JSON.stringify(content)}}}]${more}}`
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}'
const done = 'data: [DONE]'
const show = (stream: string) => withoutUsageEvent(Buffer.from(stream))?.toString() ?? null

describe('the usage event that we asked for', () => {
  it('is taken out among any others, with any line ends, and nothing else is', () => {
    const other = fc.constantFrom(
      text('a'),
      text('é"usage":{"x":1},"choices":[]'),
      text('b', ',"usage":null'),
      'data: {"choices":[],"usage":null}',
      'data: {"choices":[],"prompt_filter_results":[]}',
      'data: {"usage":{"input_tokens":1}}',
      ': comment "usage":{} "choices":[]',
      done,
    )
    const end = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(fc.array(other, { maxLength: 6 }), fc.nat(6), end, (others, at, lineEnd) => {
        const join = (events: readonly string[]) => events.map((each) => each + lineEnd + lineEnd).join('')
        const all = others.toSpliced(at, 0, usage)
        expect(show(join(all)) ?? '').toBe(join(others))
      }),
      { numRuns: 500 },
    )
  })

  it('is recognised with blanks, in two lines, and without an end', () => {
    expect(show('data: {"choices": [ ],\ndata: "usage": {"prompt_tokens": 1}}\n\n')).toBeNull()
    expect(show(`data:{"choices" : [ ], "usage":{}}\n\n${done}\n\n`)).toBe(`${done}\n\n`)
    expect(show(usage)).toBeNull()
  })

  it('costs no copy where there is none', () => {
    const events = Buffer.from(`${text('a')}\n\n`)
    expect(withoutUsageEvent(events)).toBe(events)
  })
})

const chat = '/v1/chat/completions?x=1'
function ask(body: string, path = chat) {
  const bytes = Buffer.from(body)
  const question = new JsonQuestion({ bytes, memory: null }, inspectBody(bytes), path)
  return { hides: question.hidesUsage, body: question.bodyFor('m').toString(), bytes, question }
}

describe('asking an engine for usage', () => {
  const asking = '"stream_options":{"include_usage":true}'
  it.each([
    ['{"model":"m","stream":true}', `{${asking},"model":"m","stream":true}`],
    [
      '{ "stream":true, "stream_options": null ,"model":"m"}',
      '{ "stream":true, "stream_options": {"include_usage":true} ,"model":"m"}',
    ],
    ['{"model":"m","stream":true,"stream_options":{}}', `{"model":"m","stream":true,${asking}}`],
    [
      '{"model":"m","stream":true,"stream_options":{"include_usage":false,"x":1}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":true,"x":1}}',
    ],
    [
      '{"model":"m","stream_options":{ "x" : 1.0,"continuous_usage_stats":false },"stream":true}',
      '{"model":"m","stream_options":{"include_usage":true, "x" : 1.0,"continuous_usage_stats":false },"stream":true}',
    ],
    [
      '{"model":"alias","stream_options":{"z":"}{\\"\\u007d","include_usage" :\t null , "a":1e2},"stream":true}',
      '{"model":"m","stream_options":{"z":"}{\\"\\u007d","include_usage" :\t true , "a":1e2},"stream":true}',
    ],
    [
      '{"model":"m","stream":true,"stream_options":{"include_usage":true,"x":1.0,"include_usage":false}}',
      '{"model":"m","stream":true,"stream_options":{"x":1.0,"include_usage":true}}',
    ],
    [
      '{"model":"m","stream":true,"stream_options":{"include\\u005fusage":false,"x":{"include_usage":false}}}',
      '{"model":"m","stream":true,"stream_options":{"include\\u005fusage":true,"x":{"include_usage":false}}}',
    ],
    [
      '{"model":"m","stream":true,"stream_options":{ \n}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":true \n}}',
    ],
    ['{"model":"alias","stream":true}', `{${asking},"model":"m","stream":true}`],
    ['{"stream":true}', `{${asking},"model":"m","stream":true}`],
  ])('%s', (body, sent) => {
    const asked = ask(body)
    expect([asked.hides, asked.body]).toEqual([true, sent])
  })

  it.each([
    '{"model":"m"}',
    '{"model":"m","stream":false}',
    '{"model":"m","stream":true,"stream_options":{"include_usage":true}}',
    '{"model":"m","stream":true,"stream_options":"nonsense"}',
    '{"model":"m","stream":true,"stream_options":{"include_usage":"yes"}}',
    '{"model":"m","stream":true,"stream_options":{"include_usage":false,"x":1.0,"include_usage" : true }}',
    '{"model":"m","stream":true,"stream_options":[{"include_usage":false}]}',
  ])('leaves alone what asks for it, does not stream, or is nonsense: %s', (body) => {
    const { hides, bytes, question } = ask(body)
    expect(hides).toBe(false)
    expect(question.bodyFor('m')).toBe(bytes)
  })

  it('changes one value in options of any kind, or adds it, and no other byte', () => {
    const blank = fc.constantFrom('', ' ', '\n\t')
    const written = fc.oneof(
      fc.constantFrom('1.0', '-0', '1E+2', '12345678901234567890', '"}{"', '"\\u007d\\/"', '{"include_usage":false}'),
      fc.jsonValue().map((value) => JSON.stringify(value)),
    )
    const name = fc.string({ maxLength: 8 }).map((key) => JSON.stringify(key))
    const member = fc
      .tuple(blank, name, blank, written, blank)
      .map(([a, key, b, value, c]) => `${a}${key}${b}:${value}${c}`)
    const asked = fc.option(fc.constantFrom('false', 'null'))
    fc.assert(
      fc.property(fc.array(member, { maxLength: 4 }), asked, blank, fc.nat(4), (others, value, space, place) => {
        const options = (own: string | null) =>
          own === null ? others : others.toSpliced(place, 0, `${space}"include_usage"${space}:${own}${space}`)
        const around = (text: string) => `{"model":"m",${space}"stream_options"${space}:${text}${space},"stream":true}`
        const before = `{${options(value).join(',')}}`
        fc.pre(before.length < 1000)
        const first = `{"include_usage":true${others.length > 0 ? ',' : ''}${others.join(',')}}`
        const asksFor = value === null ? first : `{${options('true').join(',')}}`
        const sent = ask(around(before))
        expect([sent.hides, sent.body]).toEqual([true, around(asksFor)])
        const parsed = JSON.parse(sent.body) as { stream_options: object }
        expect(parsed.stream_options).toEqual({ ...(JSON.parse(before) as object), include_usage: true })
      }),
      { numRuns: 1_000 },
    )
  })

  it('leaves other routes alone', () => {
    expect(ask('{"model":"m","stream":true}', '/v1/responses').hides).toBe(false)
  })
})
