import { assert, constantFrom, pre, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePrometheusText, sumOf } from './prometheus-text.ts'

describe('parsePrometheusText', () => {
  it.each([
    ['a 1', [{ name: 'a', labels: {}, value: 1 }]],
    [
      'vllm:num_requests_running{engine="0"} 3.0',
      [{ name: 'vllm:num_requests_running', labels: { engine: '0' }, value: 3 }],
    ],
    ['a{x="1", y="}{,"} 2 1795265125000', [{ name: 'a', labels: { x: '1', y: '}{,' }, value: 2 }]],
    [String.raw`a{x="q\"b\\n\nend",} 1e3`, [{ name: 'a', labels: { x: 'q"b\\n\nend' }, value: 1000 }]],
    ['a_bucket{le="+Inf"} +Inf', [{ name: 'a_bucket', labels: { le: '+Inf' }, value: Infinity }]],
    [
      '# HELP a b\n# TYPE a counter\n\n  a 1\r\nb 2\n',
      [
        { name: 'a', labels: {}, value: 1 },
        { name: 'b', labels: {}, value: 2 },
      ],
    ],
    ['a{x="unterminated} 1\na{x=1} 1\na\n{} 1\n1a 2\na b\nc 4', [{ name: 'c', labels: {}, value: 4 }]],
  ])('reads %j', (text, samples) => {
    expect(parsePrometheusText(text)).toEqual(samples)
  })

  it('reads of some metrics what it reads of them among all', () => {
    const names = new Set(['a', 'a1', 'b:c'])
    assert(
      property(string({ unit: constantFrom(...'a{}="\\,1 \n#', 'b:c', 'a{x="1"} 2\n', '\r', '\t') }), (text) => {
        const all = parsePrometheusText(text).filter(({ name }) => names.has(name))
        expect(parsePrometheusText(text, names)).toEqual(all)
      }),
    )
  })

  it('never throws, whatever an upstream sends', () => {
    assert(
      property(string({ unit: constantFrom(...'a{}="\\,1 \n#') }), (text) => {
        expect(parsePrometheusText(text).every(({ value }) => typeof value === 'number')).toBe(true)
      }),
    )
  })

  it('gives back any label value that an engine may escape', () => {
    assert(
      property(string(), (value) => {
        const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
        pre(!/[\r\u2028\u2029]/.test(value))
        expect(parsePrometheusText(`a{x="${escaped}"} 1`)).toEqual([{ name: 'a', labels: { x: value }, value: 1 }])
      }),
    )
  })

  it('is bounded, so that a broken upstream cannot fill the memory', () => {
    expect(parsePrometheusText('a 1\n'.repeat(50_000))).toHaveLength(20_000)
  })
})

describe('sumOf', () => {
  it('adds up ranks and passes over NaN', () => {
    const samples = parsePrometheusText('r{rank="0"} 2\nr{rank="1"} 3\nr{rank="2"} NaN\n')
    expect(sumOf(samples, 'r')).toBe(5)
    expect(sumOf(samples, 'other')).toBeUndefined()
  })
})
