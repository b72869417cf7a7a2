import {
  decidePools,
  emptyMemory,
  type PoolInput,
  type PoolLoad,
  type ReplicaCounts,
  type ScalingMemory,
  type ScalingReason,
  type ScalingSettings,
} from '../../scheduling/index.ts'
import { percentilesOf } from '../measure/index.ts'
import type { Replica } from '../replica.ts'
import type { Autoscaling, ScalingFigures, ScalingMoment } from './contract.ts'

/** Times to first token are looked at over so long at the most, as the loop over a real Fleet does. */
const longestTtftSpanMs = 30_000

/** What the scaler is told of requests, and what it has carried out. */
export interface FleetScalerParts {
  readonly autoscale: Autoscaling
  readonly replicas: readonly Replica[]
  /** Requests in the queue before the replicas. */
  readonly waiting: () => number
  /** Whether a replica has something that another one fetches still. */
  readonly isFetchedFrom: (replica: Replica) => boolean
  /** A replica is gone: nobody holds anything there any more. */
  readonly onOff: (replica: Replica) => void
  /** A replica is to serve at that time. */
  readonly startAt: (replica: Replica, atMs: number) => void
}

interface Pool {
  readonly role: PoolInput['role']
  readonly settings: ScalingSettings
  readonly replicas: readonly Replica[]
  memory: ScalingMemory
  /** Replicas that were decided on last. */
  wanted: number
}

/** Scales simulated replicas by the scheduler's own decision. */
export class FleetScaler {
  readonly #parts: FleetScalerParts
  readonly #pools: readonly Pool[]
  readonly #timeline: ScalingMoment[] = []
  readonly #changes: Partial<Record<ScalingReason, number>> = {}
  readonly #firstTokens: { readonly atMs: number; readonly ttftMs: number }[] = []
  #arrivals = 0
  #lastMs = 0
  #heldMs = 0
  #held = 0
  /** The same of those that only prefill. */
  #prefillMs = 0
  #heldToPrefill = 0
  /** When each that starts will serve: one that is let go and wanted again starts anew. */
  readonly #servesAtMs = new Map<Replica, number>()

  constructor(parts: FleetScalerParts) {
    this.#parts = parts
    const { autoscale, replicas } = parts
    const poolOf = (role: Pool['role'], settings: ScalingSettings): Pool => ({
      role,
      settings,
      replicas: replicas.filter((replica) => replica.role === role),
      memory: emptyMemory,
      wanted: settings.min,
    })
    const { settings, prefill } = autoscale
    this.#pools =
      prefill === undefined ? [poolOf('both', settings)] : [poolOf('prefill', prefill), poolOf('decode', settings)]
    for (const pool of this.#pools) {
      pool.replicas.forEach((replica, index) => (replica.life = index < pool.settings.min ? 'on' : 'off'))
    }
    this.#note(0)
  }

  /** A request has come. */
  arrived(): void {
    this.#arrivals += 1
  }

  /** A first token has come. */
  began(nowMs: number, ttftMs: number): void {
    this.#firstTokens.push({ atMs: nowMs, ttftMs })
  }

  /** Decides, and starts and drains replicas. */
  decide(nowMs: number): void {
    const inputs = this.#pools.map((pool): PoolInput => {
      const { role, settings, memory } = pool
      return { model: 'model', role, settings, memory, replicas: countsOf(pool), load: this.#loadOf(pool, nowMs) }
    })
    for (const [index, { decision, memory }] of decidePools(inputs, null, nowMs).entries()) {
      const pool = this.#pools[index]
      if (pool === undefined) continue
      pool.memory = memory
      const { wanted, current, reason } = decision
      pool.wanted = wanted
      const changed =
        wanted > current ? this.#start(pool, wanted - current, nowMs) : this.#drain(pool, current - wanted)
      if (changed > 0) this.#changes[reason] = (this.#changes[reason] ?? 0) + 1
    }
    this.#arrivals = 0
    this.#lastMs = nowMs
    while ((this.#firstTokens[0]?.atMs ?? Infinity) < nowMs - longestTtftSpanMs) this.#firstTokens.shift()
    this.settle(nowMs)
  }

  /** A replica serves from now on, unless it was let go meanwhile. */
  started(replica: Replica, nowMs: number): void {
    if (replica.life !== 'starting' || this.#servesAtMs.get(replica) !== nowMs) return
    replica.life = 'on'
    this.#note(nowMs)
  }

  /** Those that were let go and have nothing left are gone. */
  settle(nowMs: number): void {
    for (const replica of this.#parts.replicas) {
      if (replica.life !== 'draining' || replica.inFlight > 0 || replica.step !== null) continue
      if (this.#parts.isFetchedFrom(replica)) continue
      replica.turnOff()
      this.#parts.onOff(replica)
    }
    this.#note(nowMs)
  }

  figures(endMs: number): ScalingFigures {
    this.#note(endMs)
    const timeline = this.#timeline
    return {
      timeline,
      replicaHours: this.#heldMs / 3_600_000,
      prefillHours: this.#prefillMs / 3_600_000,
      meanReplicas: endMs === 0 ? this.#held : this.#heldMs / endMs,
      mostReplicas: Math.max(...timeline.map(({ ready, others }) => ready + others)),
      changes: this.#changes,
    }
  }

  /** Gives how many start: the place of one that finishes what it has is not free yet. */
  #start({ replicas }: Pool, count: number, nowMs: number): number {
    const starting = replicas.filter(({ life }) => life === 'off').slice(0, count)
    const servesAtMs = nowMs + this.#parts.autoscale.startMs
    for (const replica of starting) {
      replica.life = 'starting'
      this.#servesAtMs.set(replica, servesAtMs)
      this.#parts.startAt(replica, servesAtMs)
    }
    return starting.length
  }

  /** Those that do not serve yet go first, then those with the least to do. Gives how many go. */
  #drain({ replicas }: Pool, count: number): number {
    const running = replicas.filter(({ life }) => life === 'on' || life === 'starting')
    const order = running.toSorted((one, other) => {
      return Number(one.life === 'on') - Number(other.life === 'on') || one.inFlight - other.inFlight
    })
    const going = order.slice(0, count)
    for (const replica of going) replica.life = replica.life === 'on' ? 'draining' : 'off'
    return going.length
  }

  #loadOf({ role, replicas, settings }: Pool, nowMs: number): PoolLoad {
    const on = replicas.filter(({ life }) => life === 'on')
    const inside = on.reduce((sum, { engine }) => sum + engine.waiting, 0)
    const inFlight = replicas.reduce((sum, replica) => sum + replica.inFlight, 0)
    const since = nowMs - Math.min(longestTtftSpanMs, settings.upAfterMs)
    const ttfts = this.#firstTokens.flatMap(({ atMs, ttftMs }) => (atMs > since ? [ttftMs] : []))
    return {
      atMs: nowMs,
      isComplete: true,
      waiting: inside + (role === 'prefill' ? 0 : this.#parts.waiting()),
      inFlight: Math.max(0, inFlight - inside),
      arrivalsPerSecond: nowMs === this.#lastMs ? null : (1000 * this.#arrivals) / (nowMs - this.#lastMs),
      tokensInFlight: replicas.reduce((sum, replica) => sum + replica.inFlightTokens, 0),
      ttftMs: role === 'decode' || ttfts.length === 0 ? null : percentilesOf(Float64Array.from(ttfts)).p50,
      kvCacheUse: on.length === 0 ? null : on.reduce((sum, { engine }) => sum + engine.kvCacheUsage, 0) / on.length,
    }
  }

  #note(atMs: number): void {
    const last = this.#timeline.at(-1)
    const count = (isCounted: (replica: Replica) => boolean) => this.#parts.replicas.filter(isCounted).length
    const ready = count(({ life }) => life === 'on')
    const others = count(({ life }) => life === 'starting' || life === 'draining')
    this.#heldMs += this.#held * (atMs - this.#notedMs)
    this.#prefillMs += this.#heldToPrefill * (atMs - this.#notedMs)
    this.#notedMs = atMs
    this.#held = ready + others
    this.#heldToPrefill = count(({ life, role }) => life !== 'off' && role === 'prefill')
    const wanted = this.#pools.reduce((sum, pool) => sum + pool.wanted, 0)
    if (last?.ready === ready && last.others === others && last.wanted === wanted) return
    if (last?.atMs === atMs) this.#timeline.pop()
    this.#timeline.push({ atMs, wanted, ready, others })
  }

  #notedMs = 0
}

function countsOf({ replicas }: Pool): ReplicaCounts {
  const count = (life: Replica['life']) => replicas.filter((replica) => replica.life === life).length
  return { ready: count('on'), starting: count('starting'), draining: count('draining') }
}
