import type { PoolScaling } from '../../observe/report/index.ts'
import {
  decidePools,
  emptyMemory,
  type PoolInput,
  type PoolLoad,
  type PoolName,
  type ScalingDecision,
  type ScalingMemory,
} from '../../scheduling/index.ts'
import type { CountedPool, Scaler } from './contract.ts'
import { LoadMeter } from './load-meter.ts'
import type { ScaledPool } from './scaled-pools.ts'

/** Changes that are told. */
const toldChanges = 20

/** What is kept of a pool between two rounds. */
interface Kept {
  memory: ScalingMemory
  scaling: PoolScaling | null
}

/** Reads, decides and sets, one round after the other, for the pools of one Fleet. */
export class ScalingLoop {
  readonly #scaler: Scaler
  readonly #meter = new LoadMeter()
  readonly #kept = new Map<string, Kept>()
  #pools: readonly ScaledPool[]

  constructor(scaler: Scaler, pools: readonly ScaledPool[]) {
    this.#scaler = scaler
    this.#pools = pools
  }

  /** Scales by other settings from now on; what is remembered of pools that stay, stays. */
  replace(pools: readonly ScaledPool[]): void {
    this.#pools = pools
    const names = new Set(pools.map(keyOf))
    for (const key of this.#kept.keys()) if (!names.has(key)) this.#kept.delete(key)
  }

  /** What was decided last, by pool. */
  get scalings(): readonly PoolScaling[] {
    return [...this.#kept.values()].flatMap(({ scaling }) => (scaling === null ? [] : [scaling]))
  }

  /**
   * One round. Resolves to the pools that were set to another number.
   * @throws what the scaler throws; pools before it in the Fleet are set then
   */
  async round(nowMs: number): Promise<readonly PoolScaling[]> {
    const [counts, gpus, loads] = await Promise.all([this.#scaler.counts(), this.#scaler.gpus(), this.#loads(nowMs)])
    const inputs = this.#pools.flatMap((pool, index) => this.#inputOf(pool, counts, loads[index] ?? null))
    const changed: PoolScaling[] = []
    for (const { model, role, decision, memory } of decidePools(inputs, gpus, nowMs)) {
      const pool = this.#pools.find((each) => each.model === model && each.role === role)
      if (pool === undefined) continue
      if (decision.wanted !== decision.current) await this.#scaler.scale(pool, decision.wanted, decision)
      const kept = this.#keptOf(pool)
      kept.memory = memory
      kept.scaling = scalingOf(pool, decision, kept.scaling)
      if (decision.wanted !== decision.current) changed.push(kept.scaling)
    }
    return changed
  }

  /** The loads of all pools; none where no gateway can be asked. */
  async #loads(nowMs: number): Promise<readonly (PoolLoad | null)[]> {
    const readings = await this.#scaler.loads()
    if (readings.every(({ report }) => report === null)) return []
    return this.#meter.read(this.#pools, readings, nowMs)
  }

  #inputOf(pool: ScaledPool, counts: readonly CountedPool[], load: PoolLoad | null): PoolInput[] {
    const counted = counts.find(({ model, role }) => model === pool.model && role === pool.role)
    if (counted === undefined) return []
    const { model, role, settings } = pool
    return [{ model, role, settings, memory: this.#keptOf(pool).memory, replicas: counted.replicas, load }]
  }

  #keptOf(pool: PoolName): Kept {
    let kept = this.#kept.get(keyOf(pool))
    if (kept === undefined) this.#kept.set(keyOf(pool), (kept = { memory: emptyMemory, scaling: null }))
    return kept
  }
}

const keyOf = ({ model, role }: PoolName): string => `${role} ${model}`

function scalingOf(
  { model, role, settings }: ScaledPool,
  decision: ScalingDecision,
  before: PoolScaling | null,
): PoolScaling {
  const { min, max, upAfterMs, downAfterMs, toZeroAfterMs } = settings
  const { wanted, current, reason, atMs } = decision
  const { changes = [], totals = {} } = before ?? {}
  const isChange = wanted !== current
  return {
    model,
    role,
    min,
    max,
    upAfterMs,
    downAfterMs,
    toZeroAfterMs,
    decision: { ...decision },
    changes: isChange ? [...changes.slice(1 - toldChanges), { atMs, from: current, to: wanted, reason }] : changes,
    totals: isChange ? { ...totals, [reason]: (totals[reason] ?? 0) + 1 } : totals,
  }
}
