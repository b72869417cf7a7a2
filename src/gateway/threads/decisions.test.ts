import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { LearnedSizes, sizeCells } from '../data-plane/learned-sizes.ts'
import { PolicyRouter, type Sent } from '../data-plane/policy-router.ts'
import type { Permit, ReplicaHandle } from '../data-plane/replica-handle.ts'
import { sharing, SentRequests } from '../data-plane/sent-requests.ts'
import { handleAt } from '../testing/handle-at.ts'
import { CountMemory } from './count-memory.ts'

/** Threads of the larger gateway. */
const many = 4
const replicaCount = 5
const maxInFlight = 12

/** Whose turn it is begins at random, and here at 0. */
function turnlessMemory(threads: number): SharedArrayBuffer {
  const memory = SentRequests.memoryFor(threads)
  new Int32Array(memory).fill(0)
  return memory
}

const nobodyIsAsked = () => {
  throw new Error('a decision asks nobody')
}

/** A request that one of the threads gets, or the end of an earlier one, which may be answered whole. */
const step = fc.oneof(
  fc.record({
    thread: fc.nat(many - 1),
    afterMs: fc.nat(2_000),
    family: fc.nat(5),
    length: fc.integer({ min: 1, max: 60 }),
    session: fc.option(fc.nat(3)),
  }),
  fc.record({
    ends: fc.nat(20),
    afterMs: fc.nat(2_000),
    outputTokens: fc.nat(2_000),
    ttftMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
    decodingMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
    isWhole: fc.boolean(),
  }),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** A thread of a gateway: its own policy and replicas, and what it shares with the others. */
function threadOf(
  row: number,
  threads: number,
  memory: { counts: CountMemory; sent: SharedArrayBuffer; sizes: Int32Array },
  policy: string,
) {
  const replicas = Array.from({ length: replicaCount }, (_, number) =>
    handleAt(number, nobodyIsAsked, {
      serial: number + 1,
      counts: memory.counts.at(row, number),
      isReachable: () => true,
    }),
  )
  return {
    sent: threads === 1 ? null : new SentRequests(threads, row, memory.sent),
    sizes: new LearnedSizes(memory.sizes),
    router: new PolicyRouter('m', policy, { saturation: 0.9, sessionTimeMs: 30_000 }, 100_000),
    replicas,
  }
}

/** Where each request goes, in a gateway of so many threads. */
function decide(steps: readonly Step[], threads: number, policy: string): string[] {
  const sizes = new Int32Array(sizeCells)
  const memory = { counts: new CountMemory(threads), sent: turnlessMemory(threads), sizes }
  const all = Array.from({ length: threads }, (_, row) => threadOf(row, threads, memory, policy))
  const running: {
    thread: (typeof all)[number]
    replica: ReplicaHandle
    sent: Sent
    permit: Permit
    tokens: number
    prompt: number
  }[] = []
  const decisions: string[] = []
  let nowMs = 1_000_000
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  const chance = vi.spyOn(Math, 'random').mockReturnValue(0)
  for (const each of steps) {
    nowMs += each.afterMs
    if ('ends' in each) {
      const [ended] = running.splice(each.ends % Math.max(1, running.length), 1)
      if (ended === undefined) continue
      const { thread, replica, sent, permit, tokens, prompt } = ended
      permit.release()
      replica.counts.tokens.add(-tokens)
      if (!each.isWhole) continue
      sharing.sent = thread.sent
      const { ttftMs, decodingMs, outputTokens } = each
      const told = { inputTokens: prompt, outputTokens, ttftMs, durationMs: ttftMs + decodingMs }
      thread.sizes.outputTokens.learn(outputTokens)
      thread.router.answered(thread.replicas, replica, sent.state, told)
      continue
    }
    const thread = all[each.thread % threads]
    if (thread === undefined) throw new Error('there is no such thread')
    sharing.sent = thread.sent
    const bytes = Buffer.from(`${each.family}`.repeat(each.length * 256))
    const prompt = { bytes, start: 0, end: bytes.length, context: null }
    const asked = {
      blocks: thread.router.prefixes?.read({ prompt }) ?? null,
      exact: null,
      adapter: null,
      promptBytes: bytes.length,
      session: each.session === null ? null : `session ${each.session}`,
      expectedOutputTokens: thread.sizes.outputTokens.value,
      isExcluded: (replica: ReplicaHandle) => replica.ownRequests >= maxInFlight,
    }
    const choice = thread.router.choose(thread.replicas, asked)
    decisions.push(choice === null ? 'nobody' : `${choice.replica.id} ${choice.reason} ${choice.heldBlocks}`)
    const permit = choice?.replica.acquire(maxInFlight) ?? null
    if (choice === null || permit === null) continue
    const sent = thread.router.sent(thread.replicas, asked, choice.replica, choice.heldBlocks)
    const tokens = Math.ceil(bytes.length / 4) + Math.round(asked.expectedOutputTokens)
    choice.replica.counts.tokens.add(tokens)
    running.push({ thread, replica: choice.replica, sent, permit, tokens, prompt: Math.ceil(bytes.length / 4) })
  }
  clock.mockRestore()
  chance.mockRestore()
  return decisions
}

afterEach(() => {
  sharing.sent = null
})

const policies = ['auto', 'load', 'predicted', 'sticky-until-saturated']

// proves C4 (real part)
describe.each(policies)('threads that choose by %s', (policy) => {
  it('decide as one thread does, for the same requests and answers in the same order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        expect(decide(steps, many, policy)).toEqual(decide(steps, 1, policy))
      }),
      { numRuns: 60 },
    )
  })
})
