import type { Decision, Policy, PolicyKind, ReplicaState, RequestShape } from '../contract.ts'
import type { Hashes } from '../prefix-hash.ts'
import { PrefixIndex } from '../prefix-index.ts'
import { Turns } from '../turns.ts'
import { BlockCache } from './block-cache.ts'
import { randomFrom } from '../../engines/index.ts'

/** A request to replay. */
export interface ReplayRequest {
  readonly atMs: number
  readonly promptTokens: number
  readonly outputTokens: number
  /** An id for each block of the prompt; equal prompts are equal as far as their leading ids are. */
  readonly blocks: readonly number[]
  readonly session: string | null
}

/** What is replayed on. */
export interface ReplaySettings {
  readonly kind: PolicyKind
  readonly replicas: number
  readonly blocksPerReplica: number
  readonly blockTokens: number
  /** Requests come this many times as fast. */
  readonly rate: number
  readonly seed: number
  /** A token's prefill, milliseconds. */
  readonly msPerPrefillToken: number
  /** A token's decoding, milliseconds. */
  readonly msPerOutputToken: number
  /** Called before each request: to make replicas come, go and forget. */
  readonly before?: (number: number, replicas: readonly ReplayReplica[]) => void
}

export interface ReplayResult {
  readonly policy: string
  readonly hitTokens: number
  /** Of one cache as large as all together. */
  readonly oracleHitTokens: number
  readonly promptTokens: number
  /** Uncached prefill and output tokens of each replica. */
  readonly work: readonly number[]
  /** Work of the busiest replica over the mean. */
  readonly spread: number
  readonly requests: readonly number[]
  /** Mean and 90th percentile of the prefill that a request found before it and brought, milliseconds. */
  readonly ttftMs: { readonly mean: number; readonly p90: number }
  readonly decisions: readonly Decision[]
}

/** A replica that prefills one prompt after another and decodes any number of them at one speed. */
export class ReplayReplica implements ReplicaState {
  readonly role = 'both'
  readonly weight = 1
  readonly adapters: ReadonlySet<string> = new Set()
  readonly reported = null
  readonly name: string
  readonly cache: BlockCache
  isAvailable = true
  inFlight = 0
  pendingPrefillTokens = 0
  inFlightTokens = 0
  work = 0
  requests = 0
  /** When its prefill is done with all that it was sent. */
  prefillEndsMs = 0
  constructor(name: string, capacity: number) {
    this.name = name
    this.cache = new BlockCache(capacity)
  }
}

interface Due {
  readonly atMs: number
  act(): void
}

/**
 * Replays requests through a policy and the prefix index, with no more of an engine than a cache and two constant
 * speeds: enough to count hits and the spread of work, and to give the policy loads to see.
 */
export function replay(requests: readonly ReplayRequest[], settings: ReplaySettings): ReplayResult {
  const { replicas: count, blocksPerReplica, blockTokens, kind } = settings
  const policy: Policy = kind.create({ saturation: 0.9, sessionTimeMs: 3_600_000 })
  const replicas = Array.from({ length: count }, (_, place) => new ReplayReplica(`replica-${place}`, blocksPerReplica))
  const index = new PrefixIndex({ replicas: count, blocksPerReplica })
  const oracle = new BlockCache(count * blocksPerReplica)
  const random = randomFrom(settings.seed)
  const turns = new Turns(random)
  const due = new DueList()
  const hashes: Hashes = { count: 0, words: new Int32Array(0) }
  const heldTokens = new Int32Array(count)
  const ttfts: number[] = []
  const decisions: Decision[] = []
  let hitTokens = 0
  let oracleHitTokens = 0
  let promptTokens = 0
  let number = 0
  for (const request of requests) {
    const nowMs = request.atMs / settings.rate
    due.runUntil(nowMs)
    settings.before?.(number, replicas)
    number += 1
    const tokensOf = (blocks: number): number => Math.min(blocks * blockTokens, Math.max(0, request.promptTokens - 1))
    hashIds(request.blocks, hashes)
    if (kind.prefixes === 'approximate') index.match(hashes, heldTokens)
    for (let place = 0; place < count; place += 1) {
      const blocks =
        kind.prefixes === 'exact' ? (replicas[place]?.cache.match(request.blocks) ?? 0) : (heldTokens[place] ?? 0)
      heldTokens[place] = kind.prefixes === 'none' ? 0 : tokensOf(blocks)
    }
    const shape: RequestShape = {
      model: 'replayed',
      adapter: null,
      session: request.session,
      tenant: 'one',
      priority: 0,
      deadlineMs: null,
      promptTokens: request.promptTokens,
      heldTokens,
      prefixHash: request.blocks[1] ?? request.blocks[0] ?? 0,
      expectedOutputTokens: request.outputTokens,
    }
    const choosing = { nowMs, random, turn: () => turns.next(), isExcluded: () => false }
    const decision = policy.choose(shape, replicas, choosing)
    decisions.push(decision)
    promptTokens += request.promptTokens
    oracleHitTokens += tokensOf(oracle.match(request.blocks))
    oracle.use(request.blocks)
    const replica = decision.kind === 'replica' ? replicas[decision.place] : undefined
    if (replica === undefined || decision.kind !== 'replica') continue
    policy.sent?.(shape, decision, replicas, choosing)
    index.add(hashes, decision.place)
    const held = tokensOf(replica.cache.match(request.blocks))
    replica.cache.use(request.blocks)
    hitTokens += held
    const expected = Math.max(0, request.promptTokens - (heldTokens[decision.place] ?? 0))
    const tokens = request.promptTokens + request.outputTokens
    const sent = {
      inFlight: replica.inFlight,
      pendingPrefillTokens: replica.pendingPrefillTokens,
      inFlightTokens: replica.inFlightTokens,
      uncachedTokens: expected,
    }
    const uncached = request.promptTokens - held
    replica.requests += 1
    replica.work += uncached + request.outputTokens
    replica.inFlight += 1
    replica.pendingPrefillTokens += expected
    replica.inFlightTokens += tokens
    const firstMs = Math.max(nowMs, replica.prefillEndsMs) + uncached * settings.msPerPrefillToken
    replica.prefillEndsMs = firstMs
    ttfts.push(firstMs - nowMs)
    due.add(firstMs, () => {
      replica.pendingPrefillTokens -= expected
    })
    due.add(firstMs + request.outputTokens * settings.msPerOutputToken, () => {
      replica.inFlight -= 1
      replica.inFlightTokens -= tokens
      policy.answered?.(
        {
          place: decision.place,
          promptTokens: request.promptTokens,
          cachedTokens: held,
          outputTokens: request.outputTokens,
          ttftMs: firstMs - nowMs,
          tpotMs: settings.msPerOutputToken,
          sent,
        },
        replicas,
      )
    })
  }
  due.runUntil(Infinity)
  const work = replicas.map((replica) => replica.work)
  ttfts.sort((one, other) => one - other)
  return {
    policy: kind.name,
    hitTokens,
    oracleHitTokens,
    promptTokens,
    work,
    spread: (Math.max(...work) * count) / work.reduce((sum, each) => sum + each, 0),
    requests: replicas.map((replica) => replica.requests),
    ttftMs: {
      mean: ttfts.reduce((sum, each) => sum + each, 0) / Math.max(1, ttfts.length),
      p90: ttfts[Math.floor(ttfts.length * 0.9)] ?? 0,
    },
    decisions,
  }
}

/** Two halves of a hash for each id. */
function hashIds(ids: readonly number[], into: Hashes): void {
  if (into.words.length < 2 * ids.length) into.words = new Int32Array(4 * ids.length)
  into.count = ids.length
  for (let at = 0; at < ids.length; at += 1) {
    const id = ids[at] ?? 0
    into.words[2 * at] = Math.imul(id + 1, 0x9e3779b1) ^ (id >>> 7)
    into.words[2 * at + 1] = id
  }
}

/** What is to happen at a time, soonest first: a binary heap. */
class DueList {
  readonly #heap: Due[] = []

  add(atMs: number, act: () => void): void {
    const heap = this.#heap
    let at = heap.length
    heap.push({ atMs, act })
    while (at > 0) {
      const parent = (at - 1) >> 1
      if ((heap[parent]?.atMs ?? 0) <= atMs) break
      this.#swap(at, parent)
      at = parent
    }
  }

  runUntil(atMs: number): void {
    for (let first = this.#heap[0]; first !== undefined && first.atMs <= atMs; first = this.#heap[0]) {
      const last = this.#heap.pop()
      if (last !== undefined && last !== first) {
        this.#heap[0] = last
        this.#sink()
      }
      first.act()
    }
  }

  #sink(): void {
    const heap = this.#heap
    for (let at = 0; ;) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if ((heap[child]?.atMs ?? Infinity) < (heap[least]?.atMs ?? Infinity)) least = child
      }
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }

  #swap(one: number, other: number): void {
    const first = this.#heap[one]
    const second = this.#heap[other]
    if (first === undefined || second === undefined) return
    this.#heap[one] = second
    this.#heap[other] = first
  }
}
