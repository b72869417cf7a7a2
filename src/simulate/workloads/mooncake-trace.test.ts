import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import { readMooncakeTrace } from './mooncake-trace.ts'

const slice = readFileSync(new URL('../testing/conversation-slice.jsonl', import.meta.url), 'utf8')

const line = (fields: object) =>
  JSON.stringify({ timestamp: 0, input_length: 600, output_length: 5, hash_ids: [1, 2], ...fields })

function refusal(text: string): UserError {
  try {
    readMooncakeTrace(text, 'trace.jsonl')
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

// proves F3 (real part)
describe('a trace in Mooncake’s format', () => {
  it('becomes requests with the same lengths and the same blocks in common', () => {
    const workload = readMooncakeTrace(slice, 'conversation-slice.jsonl', 'slice')
    expect(workload).toMatchObject({ name: 'slice', blockTokens: 512 })
    expect(workload.requests).toHaveLength(200)
    expect(workload.requests[0]).toMatchObject({ atMs: 0, after: -1, promptTokens: 6758, outputTokens: 500 })
    // All prompts of this trace begin with the same block.
    expect(new Set(workload.requests.map(({ blocks }) => blocks[0]))).toEqual(new Set([0]))
    for (const { promptTokens, blocks } of workload.requests) {
      expect(blocks).toHaveLength(Math.ceil(promptTokens / 512))
    }
  })

  it('is put in order, the first request at 0, whatever clock it was taken by', () => {
    const text = [
      line({ timestamp: 1_700_000_005_000, input_length: 700 }),
      line({ timestamp: 1_700_000_000_000 }),
      line({ timestamp: 1_700_000_005_000, input_length: 800 }),
    ].join('\r\n')
    const { requests } = readMooncakeTrace(`\uFEFF${text}\n\n`, 'trace.jsonl')
    expect(requests.map(({ atMs, promptTokens }) => [atMs, promptTokens])).toEqual([
      [0, 600],
      [5000, 700],
      [5000, 800],
    ])
  })

  it('may have hashes of any kind as ids, and other blocks', () => {
    const text = [
      line({ input_length: 40, hash_ids: ['a', 'b', 'c'] }),
      line({ input_length: 32, hash_ids: ['a', -9_007_199_254_740_991] }),
    ].join('\n')
    const workload = readMooncakeTrace(text, 'trace.jsonl')
    expect(workload.blockTokens).toBe(16)
    expect(workload.requests.map(({ blocks }) => blocks)).toEqual([
      [0, 1, 2],
      [0, 3],
    ])
  })

  it('tells who asked and how urgently where somebody added that, so that a queue can be tried', () => {
    const [told, silent] = readMooncakeTrace(
      `${line({ tenant: 'lab', priority: -5 })}\n${line({})}`,
      'trace.jsonl',
    ).requests
    expect([told?.tenant, told?.priority]).toEqual(['lab', -5])
    expect([silent?.tenant, silent?.priority]).toEqual(['default', 0])
  })

  it('takes an answer of no tokens as one token, which is what an engine makes of it', () => {
    expect(readMooncakeTrace(line({ output_length: 0 }), 'trace.jsonl').requests[0]?.outputTokens).toBe(1)
  })

  it.each([
    ['half a line', '{"timestamp": 0, "input', /no JSON: \{"timestamp": 0, "input/],
    ['a list', '[1]', /expected an object, found \[1\]/],
    ['null', 'null', /expected an object/],
    ['nothing of use', '{}', /timestamp, input_length, output_length, hash_ids are missing/],
    ['no ids', '{"timestamp":0,"input_length":1,"output_length":1}', /hash_ids is missing/],
    ['a prompt of nothing', line({ input_length: 0 }), /input_length is 0, expected tokens, 1 or more/],
    ['part of a token', line({ input_length: 1.5 }), /input_length is 1\.5/],
    ['a text as a number', line({ output_length: '5' }), /output_length is "5"/],
    ['a time before the start', line({ timestamp: -1 }), /timestamp is -1/],
    ['a prompt beyond all bounds', line({ input_length: 1e12 }), /input_length is 1000000000000/],
    ['ids that are no list', line({ hash_ids: 3 }), /hash_ids is 3/],
    ['an id of another kind', line({ hash_ids: [1, null] }), /hash_ids is \[1,null\]/],
    ['a tenant that is no name', line({ tenant: 7 }), /tenant is 7, expected a text/],
    ['a priority that no Fleet may have', line({ priority: 1e6 }), /priority is 1000000, expected a whole number/],
    ['too few ids', line({ input_length: 1200, hash_ids: [1] }), /hash_ids has 1 id, but a prompt of 1,200 tokens/],
  ])('is refused with its line where it holds %s', (_, bad, message) => {
    const { parts } = refusal(`${line({})}\n${bad}\n`)
    expect(parts.findings).toEqual([expect.objectContaining({ line: 2, file: 'trace.jsonl' })])
    expect(parts.findings?.[0]?.message).toMatch(message)
    expect(parts.why).toMatch(/^trace\.jsonl:2: /)
  })

  it('is refused with all its problems at once, and not with ten thousand', () => {
    const { parts } = refusal(`${'oops\n'.repeat(10_000)}`)
    expect(parts.findings).toHaveLength(20)
    expect(parts.why).toMatch(/… and more$/)
  })

  it('is refused where clocks are mixed up, since years without a request are nothing to simulate', () => {
    const text = [line({ timestamp: 1_700_000_000_000 }), line({ timestamp: 5 }), line({ timestamp: 7 })].join('\n')
    expect(refusal(text).parts.why).toBe(
      'trace.jsonl:1: timestamp is 1700000000000, more than a year after that of line 2, which is 5',
    )
  })

  it('is refused when there is nothing in it', () => {
    expect(refusal('\n \n').parts.why).toMatch(/holds no request/)
  })
})
