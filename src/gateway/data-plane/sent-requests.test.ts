import { Worker } from 'node:worker_threads'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../testing/harness.ts'
import type { TellerData } from '../testing/request-teller.ts'
import { SentRequests, type AnsweredRequest, type FirstToken, type SentRequest } from './sent-requests.ts'

const threads: Worker[] = []
afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()))
})

/** A request, with its hashes as a list. */
type ToldRequest = Omit<SentRequest, 'hashes'> & { readonly hashes: readonly number[] }
type Told = ToldRequest | AnsweredRequest | FirstToken

/** Keeps what it hears. */
class Listener {
  heard: Told[] = []
  onSentElsewhere({ hashes, ...sent }: SentRequest): void {
    this.heard.push({ ...sent, hashes: [...hashes.words.subarray(0, 2 * hashes.count)] })
  }
  onAnsweredElsewhere({ sent, ...answered }: AnsweredRequest): void {
    this.heard.push({ ...answered, sent: { ...sent } })
  }
  onFirstTokenElsewhere(token: FirstToken): void {
    this.heard.push({ ...token })
  }
}

function tell(sent: SentRequests, told: Told): void {
  if ('sent' in told) return sent.tellAnswered(told)
  if ('how' in told) return sent.tellFirstToken(told)
  const { hashes, ...request } = told
  sent.tell({ ...request, hashes: { count: hashes.length / 2, words: Int32Array.from(hashes) } })
}

const tokens = fc.nat(1_000_000)
const serial = fc.integer({ min: 1, max: 3 })
const request: fc.Arbitrary<ToldRequest> = fc.record({
  serial,
  promptTokens: tokens,
  uncachedTokens: tokens,
  outputTokens: tokens,
  atMs: fc.nat(2 ** 41),
  session: fc.option(fc.string({ minLength: 1, maxLength: 8 })),
  hashes: fc.array(fc.tuple(fc.integer(), fc.integer()), { maxLength: 8 }).map((pairs) => pairs.flat()),
})

const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const answer: fc.Arbitrary<AnsweredRequest> = fc.record({
  serial,
  promptTokens: tokens,
  outputTokens: tokens,
  ttftMs: number,
  tpotMs: number,
  sent: fc.record({
    inFlight: number,
    pendingPrefillTokens: number,
    inFlightTokens: number,
    uncachedTokens: number,
  }),
})
const firstToken: fc.Arbitrary<FirstToken> = fc.record({
  serial,
  how: fc.constantFrom('whole', 'split'),
  tokens,
  ttftMs: number,
})
const told = fc.oneof<fc.Arbitrary<Told>[]>(request, answer, firstToken)

describe('what threads tell each other of the requests that they send, and of their answers', () => {
  it('is heard by all others whole, and in the order in which it was told', () => {
    const step = fc.oneof(fc.record({ teller: fc.nat(2), request: told }), fc.record({ taker: fc.nat(2) }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const memory = SentRequests.memoryFor(3)
        const all = [0, 1, 2].map((row) => ({
          sent: new SentRequests(3, row, memory),
          listener: new Listener(),
          /** What it has still to hear. */
          due: [] as Told[],
        }))
        // Nobody listens to replica 3.
        for (const { sent, listener } of all) for (const serial of [1, 2]) sent.listen(serial, listener)
        const take = (one: (typeof all)[number] | undefined) => {
          if (one === undefined) return
          one.sent.take()
          expect(one.listener.heard).toEqual(one.due)
          one.listener.heard = []
          one.due = []
        }
        for (const each of steps) {
          if ('taker' in each) {
            take(all[each.taker])
            continue
          }
          const { teller, request } = each
          const from = all[teller]
          if (from !== undefined) tell(from.sent, request)
          all.forEach(({ due }, row) => {
            if (row !== teller && request.serial !== 3) due.push(request)
          })
        }
        for (const one of all) take(one)
      }),
    )
  })

  it('goes on with the newest where somebody comes too late, and leaves out what is too long', () => {
    const words = 512
    const memory = SentRequests.memoryFor(2, words)
    const [teller, taker] = [0, 1].map((row) => new SentRequests(2, row, memory, words)) as [SentRequests, SentRequests]
    const listener = new Listener()
    taker.listen(1, listener)
    const tokens = { promptTokens: 3, uncachedTokens: 2, outputTokens: 1 }
    const request: ToldRequest = { serial: 1, ...tokens, atMs: 4, session: null, hashes: [] }
    for (let index = 0; index < 100; index += 1) tell(teller, request)
    taker.take()
    expect(listener.heard).toEqual([])
    tell(teller, { ...request, session: 's'.repeat(257), hashes: Array.from({ length: 200 }, (_, index) => index) })
    taker.take()
    expect(listener.heard).toHaveLength(1)
    expect(listener.heard[0]).toMatchObject({ ...request, hashes: Array.from({ length: 54 }, (_, index) => index) })
  })

  it('is never half of one and half of another, however fast it is overwritten', async () => {
    const rows = 3
    const words = 1024
    const memory = SentRequests.memoryFor(rows, words)
    const end = new SharedArrayBuffer(4)
    const sent = new SentRequests(rows, 0, memory, words)
    const listener = new Listener()
    for (const row of [1, 2]) {
      sent.listen(row, listener)
      const workerData: TellerData = { memory, rows, row, words, end }
      threads.push(new Worker(new URL('../testing/request-teller.ts', import.meta.url), { workerData }))
    }
    const heard = [0, 0, 0]
    const last = [0, 0, 0]
    const broken: Told[] = []
    await until('much was heard of both', () => {
      for (let round = 0; round < 1000; round += 1) sent.take()
      for (const one of listener.heard.splice(0)) {
        if (!('hashes' in one)) throw new Error('nobody has told of anything but requests')
        const { serial, promptTokens, uncachedTokens, outputTokens, atMs, session, hashes } = one
        const numbers = new Set([promptTokens, uncachedTokens, outputTokens, atMs, ...hashes])
        const isWhole = numbers.size === 1 && hashes.length === 2 * (promptTokens % 12)
        const isNamed = session === (promptTokens % 3 === 0 ? String(promptTokens) : null)
        if (!isWhole || !isNamed || promptTokens <= (last[serial] ?? 0)) broken.push(one)
        last[serial] = promptTokens
        heard[serial] = (heard[serial] ?? 0) + 1
      }
      return heard[1] !== undefined && heard[2] !== undefined && Math.min(heard[1], heard[2]) > 2000
    })
    Atomics.store(new Int32Array(end), 0, 1)
    expect(broken).toEqual([])
  }, 60_000)
})
