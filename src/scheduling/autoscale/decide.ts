import type {
  Limit,
  LimitName,
  PoolInput,
  PoolOutcome,
  ScalingDecision,
  ScalingMemory,
  ScalingReason,
  ScalingSettings,
  Signal,
} from './contract.ts'
import { isFresh, meanArrivals, remember } from './memory.ts'
import { paced } from './pace.ts'
import { signalsOf } from './signals.ts'
import { stabilised } from './windows.ts'

/** A load is as large as one for which there were too few replicas down to this share of it. */
const likeness = 0.9

/** A number of replicas on its way from what is asked for to what is wanted. */
class Wish {
  replicas: number
  readonly limits: Limit[] = []

  constructor(replicas: number) {
    this.replicas = replicas
  }

  limit(name: LimitName, to: number): void {
    if (to !== this.replicas) this.limits.push({ name, from: this.replicas, to })
    this.replicas = to
  }
}

/**
 * How many replicas a pool is to have, by what is known of its load now and before.
 * @param most as many as GPUs are there for; Infinity where they are not counted
 */
export function decidePool(input: PoolInput, most: number, nowMs: number): PoolOutcome {
  const { settings, replicas, load } = input
  const current = replicas.ready + replicas.starting
  if (!isFresh(load, settings, nowMs)) return holdPool(input, most, nowMs)
  const signals = signalsOf(load, replicas, settings)
  const isBusy = load.waiting > 0 || load.inFlight > 0 || (load.arrivalsPerSecond ?? 0) > 0
  const asked = Math.max(isBusy ? 1 : 0, ...signals.map((signal) => signal.replicas))
  const memory = remember(input.memory, { load, asked, nowMs }, settings)

  const wish = new Wish(asked)
  const floor = Math.min(current, floorByMemory(memory, settings, nowMs))
  if (floor > asked) wish.limit('too_few_before', floor)
  if (settings.min === 0 && wish.replicas === 0)
    wish.limit('zero_window', isIdleEnough(memory, settings, nowMs) ? 0 : 1)
  if (wish.replicas < settings.min) wish.limit('minimum', settings.min)
  const bounded = Math.min(wish.replicas, settings.max)
  if (current > 0 || !isBusy) {
    const steady = stabilisedWish(wish.replicas, current, memory, settings, nowMs)
    wish.limit(wish.replicas > current ? 'up_window' : 'down_window', steady)
  }
  if (!load.isComplete && wish.replicas < current) wish.limit('incomplete', current)
  wish.limit('pace', paced(wish.replicas, current, memory, settings, nowMs))
  bound(wish, current, settings, most)

  const reason = reasonFor({ wish, current, asked: bounded, signals, settings })
  return outcome(input, memory, { wish, current, asked, reason, signals, nowMs })
}

/** Without load that is known nothing is removed; only the bounds of the Fleet act. */
function holdPool(input: PoolInput, most: number, nowMs: number): PoolOutcome {
  const { settings, replicas, memory } = input
  const current = replicas.ready + replicas.starting
  const wish = new Wish(current)
  bound(wish, current, settings, most)
  const reason = wish.replicas > current ? 'minimum' : wish.replicas < current ? 'maximum' : 'no_readings'
  return outcome(input, memory, { wish, current, asked: current, reason, signals: [], nowMs })
}

/** Never fewer than the least, than the most never more, and no more than there are GPUs for. */
function bound(wish: Wish, current: number, { min, max }: ScalingSettings, most: number): void {
  if (wish.replicas < min) wish.limit('minimum', min)
  if (wish.replicas > max) wish.limit('maximum', max)
  const room = Math.max(current, most)
  if (wish.replicas > current && wish.replicas > room) wish.limit('gpus', room)
}

/** What the windows make of a wish; the last replica goes by `toZeroAfter` alone, which is a window of its own. */
function stabilisedWish(
  wished: number,
  current: number,
  memory: ScalingMemory,
  settings: ScalingSettings,
  nowMs: number,
): number {
  if (wished === 0 && current <= 1) return 0
  const steady = stabilised(memory, current, settings, nowMs)
  return wished > current ? Math.min(wished, steady) : Math.max(wished, steady)
}

function isIdleEnough({ idleSinceMs }: ScalingMemory, { toZeroAfterMs }: ScalingSettings, nowMs: number): boolean {
  return idleSinceMs !== null && nowMs - idleSinceMs >= toZeroAfterMs
}

/**
 * One more than the pool that was too small under such a load: without this, a queue that is gone or a time to first token
 * that has fallen when a replica came would have that replica removed, and be back.
 */
function floorByMemory(memory: ScalingMemory, { downAfterMs }: ScalingSettings, nowMs: number): number {
  const { missed } = memory
  const arrivals = meanArrivals(memory, downAfterMs, nowMs)
  if (missed === null || arrivals === null) return 0
  return arrivals >= likeness * missed.arrivalsPerSecond ? missed.replicas + 1 : 0
}

function reasonFor({
  wish,
  current,
  asked,
  signals,
  settings,
}: {
  readonly wish: Wish
  readonly current: number
  readonly asked: number
  readonly signals: readonly Signal[]
  readonly settings: ScalingSettings
}): ScalingReason {
  const wanted = wish.replicas
  if (wanted === current) return 'steady'
  if (wanted < current) return wanted === 0 ? 'idle' : current > settings.max ? 'maximum' : 'spare'
  if (current === 0 && settings.min === 0) return 'wake'
  if (current < settings.min && asked <= settings.min) return 'minimum'
  const [loudest] = signals.toSorted((one, other) => other.replicas - one.replicas)
  return loudest?.name ?? 'minimum'
}

function outcome(
  { model, role, replicas, load, settings }: PoolInput,
  memory: ScalingMemory,
  made: {
    readonly wish: Wish
    readonly current: number
    readonly asked: number
    readonly reason: ScalingReason
    readonly signals: readonly Signal[]
    readonly nowMs: number
  },
): PoolOutcome {
  const { wish, current, asked, reason, signals, nowMs } = made
  const wanted = wish.replicas
  const decision: ScalingDecision = {
    atMs: nowMs,
    wanted,
    current,
    asked,
    reason,
    signals,
    limits: wish.limits,
    load,
    replicas,
  }
  return { model, role, decision, memory: afterChange(memory, decision, settings) }
}

/** Remembers the change, and for which load there were too few. */
function afterChange(memory: ScalingMemory, decision: ScalingDecision, { upAfterMs }: ScalingSettings): ScalingMemory {
  const { wanted, current, reason, replicas, atMs } = decision
  if (wanted === current) return memory
  const changes = [...memory.changes, { atMs, by: wanted - current }]
  const isTooFew = (reason === 'ttft' || reason === 'queue') && replicas.starting === 0
  const arrivalsPerSecond = meanArrivals(memory, upAfterMs, atMs)
  // Requests that came before the window say nothing of how many come.
  if (!isTooFew || arrivalsPerSecond === null || arrivalsPerSecond === 0) return { ...memory, changes }
  return { ...memory, changes, missed: { replicas: current, arrivalsPerSecond } }
}
