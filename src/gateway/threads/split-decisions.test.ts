import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { loadFleet, requireFleet } from '../../fleet/index.ts'
import { createSeriesTable } from '../../observe/contract.ts'
import { PrefixRouter } from '../data-plane/prefix-router.ts'
import { sharing, SentRequests } from '../data-plane/sent-requests.ts'
import { ModelSeries } from '../data-plane/served-model.ts'
import type { UpstreamCall, UpstreamHandler, UpstreamRequest } from '../data-plane/upstream/contract.ts'
import { Disaggregation } from '../disaggregation/index.ts'
import { handleAt } from '../testing/handle-at.ts'
import { CountMemory } from './count-memory.ts'

/** Threads of the larger gateway. */
const many = 4
const prefillCount = 3
const addresses = Array.from({ length: prefillCount }, (_, number) => `http://127.0.0.1:${9001 + number}`)
const fleet = requireFleet(
  loadFleet(
    JSON.stringify({
      name: 'test',
      models: [
        {
          name: 'm',
          engine: 'external',
          prefill: { addresses },
          decode: { addresses: ['http://127.0.0.1:9000'] },
          routing: { disaggregation: { minPromptTokens: 400 } },
        },
      ],
    }),
    { file: 'test.yaml' },
  ),
)

/** A request that one of the threads gets, or the answer of an engine that was asked. */
const step = fc.oneof(
  fc.record({ thread: fc.nat(many - 1), family: fc.nat(2), length: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ answers: fc.nat(20), afterMs: fc.nat(2_000) }),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** What an engine was asked and has not answered. */
interface Asked {
  readonly thread: Thread
  /** The number of a replica that prefills; 0 is the one that decodes. */
  readonly replica: number
  readonly handler: UpstreamHandler
}
type Thread = ReturnType<typeof threadOf>

/** A thread of a gateway: what it knows of pairs, and its view of the replicas. */
function threadOf(
  row: number,
  threads: number,
  memory: { counts: CountMemory; sent: SharedArrayBuffer },
  onAsked: (replica: number, handler: UpstreamHandler) => void,
) {
  const handles = Array.from({ length: 1 + prefillCount }, (_, number) =>
    handleAt(
      number,
      (_request: UpstreamRequest, handler) => {
        onAsked(number, handler)
        return { pause: () => {}, resume: () => {}, abort: () => {} }
      },
      { serial: number + 1, counts: memory.counts.at(row, number), isReachable: () => true },
    ),
  )
  const [model] = fleet.models
  const [decode, ...prefillers] = handles
  if (model === undefined || decode === undefined) throw new Error('there is no model')
  return {
    sent: threads === 1 ? null : new SentRequests(threads, row, memory.sent),
    disaggregation: new Disaggregation(model, new ModelSeries(createSeriesTable(), 'm')),
    prompts: new PrefixRouter('m', 100_000),
    decode,
    prefillers,
  }
}

const ignored: UpstreamHandler = { onHead: () => {}, onData: () => {}, onEnd: () => {}, onFailure: () => {} }

/** Where each request goes, in a gateway of so many threads. */
function decide(steps: readonly Step[], threads: number): string[] {
  const memory = { counts: new CountMemory(threads), sent: SentRequests.memoryFor(threads) }
  // Whose turn it is begins at random, and here at 0.
  new Int32Array(memory.sent).fill(0)
  const waiting: Asked[] = []
  const calls: UpstreamCall[] = []
  const all: Thread[] = Array.from({ length: threads }, (_, row) =>
    threadOf(row, threads, memory, (replica, handler) => {
      const thread = all[row]
      if (thread !== undefined) waiting.push({ thread, replica, handler })
    }),
  )
  let nowMs = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  const chance = vi.spyOn(Math, 'random').mockReturnValue(0)
  const decisions = steps.flatMap((each) => {
    if ('answers' in each) {
      const [asked] = waiting.splice(each.answers % Math.max(1, waiting.length), 1)
      if (asked === undefined) return []
      nowMs += each.afterMs
      sharing.sent = asked.thread.sent
      answer(asked)
      return []
    }
    const thread = all[each.thread % threads]
    if (thread === undefined) throw new Error('there is no such thread')
    sharing.sent = thread.sent
    const content = `${each.family}`.repeat(each.length * 256)
    const bytes = Buffer.from(content)
    const body = Buffer.from(JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content }] }))
    const route = thread.disaggregation.route(
      {
        request: { method: 'POST', path: '/v1/chat/completions', headers: [], body },
        decode: thread.decode,
        promptBytes: bytes.length,
        blocks: thread.prompts.read({ prompt: { bytes, start: 0, end: bytes.length, context: null } }),
        exact: null,
        prompts: null,
        heldBlocks: 0,
        uncachedTokens: null,
        isSecondTry: false,
      },
      thread.prefillers,
      { limitOf: () => 8 },
      () => 0,
    )
    const before = waiting.length
    calls.push(route.send({ ...ignored }, () => {}))
    const asked = waiting.slice(before).map(({ replica }) => replica)
    return [`${route.isSplit ? 'pair' : 'alone'} ${asked.join(' ')}`]
  })
  for (const call of calls) call.abort()
  clock.mockRestore()
  chance.mockRestore()
  return decisions
}

function answer({ replica, handler }: Asked): void {
  if (replica > 0) {
    handler.onHead(200, ['content-type', 'application/json'])
    handler.onData(Buffer.from('{"choices":[],"kv_transfer_params":{"do_remote_prefill":true}}'))
  } else {
    handler.onHead(200, ['content-type', 'text/event-stream'])
    handler.onData(Buffer.from('data: {"choices":[]}\n\n'))
  }
  handler.onEnd()
}

afterEach(() => {
  sharing.sent = null
})

// proves C4, C6 (real part)
describe('threads that choose pairs', () => {
  it('decide as one thread does, for the same requests and answers in the same order', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const decisions = decide(steps, many)
        for (const each of decisions) seen.add(each)
        expect(decisions).toEqual(decide(steps, 1))
      }),
      { numRuns: 40, endOnFailure: true },
    )
    expect([...seen].toSorted()).toEqual(['alone 0', 'pair 1', 'pair 2', 'pair 3'])
  })
})
