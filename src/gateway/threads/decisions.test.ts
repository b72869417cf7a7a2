import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { tokenize } from '../../engines/index.ts'
import { createSeriesTable } from '../../observe/contract.ts'
import { ExactKnowledgeWriter, LearnedSizes, sizeCells, type ExactIndexMemory } from '../../scheduling/index.ts'
import { createTrustMemory, EventTrust } from '../data-plane/event-trust.ts'
import { ExactPrompts } from '../data-plane/exact-prompts.ts'
import type { RoutingPolicy } from '../../fleet/index.ts'
import { PolicyRouter, type Sent } from '../data-plane/policy-router.ts'
import { hashBeginning } from '../data-plane/prompt-beginning.ts'
import type { Permit, ReplicaHandle } from '../data-plane/replica-handle.ts'
import { sharing, SentRequests } from '../data-plane/sent-requests.ts'
import { ModelSeries } from '../data-plane/served-model.ts'
import { simulatedPrompting, simulatedTokens } from '../exact/simulated-prompting.ts'
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

const vocabulary = simulatedTokens()
const families = 6
/** Bytes of the prompts that a step's length counts. */
const unitBytes = 256
const longest = 60
const blockSize = 16
/** Prompts of a family begin alike. */
const textOf = (family: number, length: number) =>
  `${family} river stone `.repeat(longest * unitBytes).slice(0, length * unitBytes)
const tokensOf = Array.from({ length: families }, (_, family) => tokenize(textOf(family, longest)))
const blocksOf = (family: number) => Math.floor((tokensOf[family]?.length ?? 0) / blockSize)
const hashesOf = (family: number, from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, at) => BigInt(1_000 * (family + 1) + from + at))

/**
 * A request that one of the threads gets; the end of an earlier one, which may be answered whole; or what an engine tells of
 * its cache.
 */
const step = fc.oneof(
  fc.record({
    tells: fc.constantFrom('stored', 'removed', 'cleared'),
    replica: fc.nat(replicaCount - 1),
    family: fc.nat(families - 1),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    afterMs: fc.nat(100),
  }),
  fc.record({
    thread: fc.nat(many - 1),
    afterMs: fc.nat(2_000),
    family: fc.nat(families - 1),
    length: fc.integer({ min: 1, max: longest }),
    session: fc.option(fc.nat(3)),
  }),
  fc.record({
    ends: fc.nat(20),
    afterMs: fc.nat(2_000),
    outputTokens: fc.nat(2_000),
    ttftMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
    decodingMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
    isWhole: fc.boolean(),
    isRight: fc.boolean(),
  }),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** What an engine tells of its cache, as the control thread takes it over. */
function tell(writer: ExactKnowledgeWriter, { tells, replica, family, share }: Extract<Step, { tells: string }>): void {
  const all = blocksOf(family)
  const stored = Math.ceil(share * all)
  const rest = { loraId: null, loraName: null, medium: 'GPU', extraKeys: null, group: 0, specKind: null } as const
  const event =
    tells === 'stored'
      ? ({
          kind: 'stored',
          blockHashes: hashesOf(family, 0, stored),
          parentBlockHash: null,
          tokenIds: (tokensOf[family] ?? []).slice(0, stored * blockSize),
          blockSize,
          ...rest,
        } as const)
      : tells === 'removed'
        ? ({ kind: 'removed', blockHashes: hashesOf(family, stored, all), medium: 'GPU', group: 0 } as const)
        : ({ kind: 'cleared' } as const)
  writer.apply(replica, 0, [event], vocabulary)
}
/** Trust that a few wrong predictions end, and right ones bring back. */
function shakenTrust(): SharedArrayBuffer {
  const memory = createTrustMemory()
  const agreement = new EventTrust(memory).on({ dialect: '', hasImages: false })
  for (let count = 1; count <= 72; count += 1) agreement.compare(count % 6 === 0 ? 1_000 : 0, 0, blockSize)
  if (!agreement.state.isTrusted) throw new Error('trust is lost already')
  return memory
}

/** What a thread looks prompts up with. */
function exactPrompts(memory: ExactIndexMemory, trust: SharedArrayBuffer, sizes: LearnedSizes): ExactPrompts {
  const series = new ModelSeries(
    createSeriesTable((_name, _labels, length) => new Float64Array(length)),
    'm',
  )
  return new ExactPrompts({
    memory,
    prompting: simulatedPrompting,
    sizes,
    trust: new EventTrust(trust),
    counted: (reason) => series.lookedUp(reason),
    predicted: (reason) => series.predicted(reason),
    predictionError: () => series.predictionError(),
    onTrust: () => {},
  })
}

/** A thread of a gateway: its own policy and replicas, and what it shares with the others. */
function threadOf(
  row: number,
  threads: number,
  memory: {
    counts: CountMemory
    sent: SharedArrayBuffer
    sizes: Int32Array
    exact: ExactIndexMemory
    trust: SharedArrayBuffer
  },
  policy: RoutingPolicy,
) {
  const replicas = Array.from({ length: replicaCount }, (_, number) =>
    handleAt(number, nobodyIsAsked, {
      serial: number + 1,
      counts: memory.counts.at(row, number),
      isReachable: () => true,
    }),
  )
  for (const [number, replica] of replicas.entries()) replica.exactNumber = number
  const sizes = new LearnedSizes(memory.sizes)
  const router = new PolicyRouter('m', policy, { saturation: 0.9, sessionTimeMs: 30_000 }, 100_000)
  if (policy === 'prefixExact') router.exact = exactPrompts(memory.exact, memory.trust, sizes)
  return { sent: threads === 1 ? null : new SentRequests(threads, row, memory.sent), sizes, router, replicas }
}

const completionOf = (prompt: string) => ({
  kind: 'completion' as const,
  length: prompt.length,
  body: Buffer.from(prompt),
  dialect: '' as const,
  fields: () => ({ prompt }),
})

/** Some are longer than what threads tell each other. */
const nameOf = (session: number) => `session ${session}`.repeat(session % 2 === 0 ? 1 : 40)

/** Where each request goes, in a gateway of so many threads. */
function decide(steps: readonly Step[], threads: number, policy: RoutingPolicy): string[] {
  const sizes = new Int32Array(sizeCells)
  const writer = new ExactKnowledgeWriter({ nodes: 2_000, lanes: 32 }, [1, 2])
  const memory = {
    counts: new CountMemory(threads),
    sent: turnlessMemory(threads),
    sizes,
    exact: writer.memory,
    trust: shakenTrust(),
  }
  const all = Array.from({ length: threads }, (_, row) => threadOf(row, threads, memory, policy))
  const running: {
    thread: (typeof all)[number]
    replica: ReplicaHandle
    sent: Sent
    permit: Permit
    tokens: number
    pendingBlocks: number
    prompt: number
  }[] = []
  const decisions: string[] = []
  let nowMs = 1_000_000
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  const chance = vi.spyOn(Math, 'random').mockReturnValue(0)
  for (const each of steps) {
    nowMs += each.afterMs
    if ('tells' in each) {
      tell(writer, each)
      continue
    }
    if ('ends' in each) {
      const [ended] = running.splice(each.ends % Math.max(1, running.length), 1)
      if (ended === undefined) continue
      const { thread, replica, sent, permit, tokens, pendingBlocks, prompt } = ended
      permit.release()
      replica.counts.addTokens(-tokens)
      replica.counts.addPendingBlocks(-pendingBlocks)
      if (!each.isWhole) continue
      sharing.sent = thread.sent
      const { ttftMs, decodingMs, outputTokens } = each
      const told = { inputTokens: prompt, outputTokens, ttftMs, durationMs: ttftMs + decodingMs }
      thread.sizes.outputTokens.learn(outputTokens)
      thread.router.answered(thread.replicas, replica, sent.state, told)
      const { prediction } = sent
      if (prediction === null) continue
      const cachedTokens = each.isRight ? prediction.heldTokens : prediction.heldTokens + 1_000
      prediction.by.answered(prediction, { inputTokens: prompt, cachedTokens })
      continue
    }
    const thread = all[each.thread % threads]
    if (thread === undefined) throw new Error('there is no such thread')
    sharing.sent = thread.sent
    const text = textOf(each.family, each.length)
    const bytes = Buffer.from(text)
    const prompt = { bytes, start: 0, end: bytes.length, context: null }
    const question = { prompt }
    const asked = {
      blocks: thread.router.prefixes?.read(question) ?? null,
      exact: thread.router.exact?.read(question, () => completionOf(text)) ?? null,
      adapter: null,
      prefixHash: hashBeginning(prompt),
      promptBytes: bytes.length,
      session: each.session === null ? null : nameOf(each.session),
      expectedOutputTokens: thread.sizes.outputTokens.value,
      isExcluded: (replica: ReplicaHandle) => replica.ownRequests >= maxInFlight,
    }
    const choice = thread.router.choose(thread.replicas, asked)
    decisions.push(choice === null ? 'nobody' : `${choice.replica.id} ${choice.reason} ${choice.heldBlocks}`)
    const permit = choice?.replica.acquire(maxInFlight) ?? null
    if (choice === null || permit === null) continue
    const sent = thread.router.sent(thread.replicas, asked, choice.replica, choice.heldBlocks, choice.reason)
    const promptTokens = Math.ceil(bytes.length / 4)
    const tokens = promptTokens + Math.round(asked.expectedOutputTokens)
    const pendingBlocks = Math.max(0, each.length - choice.heldBlocks)
    choice.replica.counts.addTokens(tokens)
    choice.replica.counts.addPendingBlocks(pendingBlocks)
    running.push({ thread, replica: choice.replica, sent, permit, tokens, pendingBlocks, prompt: promptTokens })
  }
  clock.mockRestore()
  chance.mockRestore()
  return decisions
}

afterEach(() => {
  sharing.sent = null
})

const policies: readonly RoutingPolicy[] = [
  'auto',
  'prefixExact',
  'load',
  'consistentHash',
  'session',
  'predicted',
  'stickyUntilSaturated',
]

// proves C4 (real part)
describe.each(policies)('threads that choose by %s', (policy) => {
  it('decide as one thread does, for the same requests, answers and events in the same order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        expect(decide(steps, many, policy)).toEqual(decide(steps, 1, policy))
      }),
      { numRuns: 60 },
    )
  })
})
