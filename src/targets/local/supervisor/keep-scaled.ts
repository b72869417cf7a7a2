import type { PoolScaling } from '../../../observe/report/index.ts'
import type { ProgressReporter } from '../../../progress/index.ts'
import type { PoolName } from '../../../scheduling/index.ts'
import { ScalingLoop, type ScaledPool, type Scaler } from '../../scaling/index.ts'
import type { Clock } from './clock.ts'

const intervalMs = 1_000
/** While a pool has no replica, whoever asks waits for the next look too. */
const intervalAtZeroMs = 250
/** What is told of a pool whose figures change and whose replicas do not is written this often at the most. */
const writeAfterMs = 5_000

/** What the rounds work with. */
export interface KeepScaledParts {
  readonly scaler: Scaler
  readonly pools: readonly ScaledPool[]
  readonly clock: Clock
  readonly progress: ProgressReporter
  /** Told what was decided, when something of it is worth telling. */
  readonly onScaling: (scalings: readonly PoolScaling[]) => void
  readonly signal: AbortSignal
}

/** Scales until the signal fires. A round that fails is told once for each new reason, and the next one tries again. */
export async function keepScaled({
  scaler,
  pools,
  clock,
  progress,
  onScaling,
  signal,
}: KeepScaledParts): Promise<void> {
  const loop = new ScalingLoop(scaler, pools)
  let problem = ''
  let writtenMs = -Infinity
  let told = ''
  while (!signal.aborted) {
    try {
      const changed = await loop.round(clock.now())
      for (const scaling of changed) progress.note(changeText(scaling))
      const now = JSON.stringify(
        loop.scalings.map(({ decision: { wanted, current, reason } }) => [wanted, current, reason]),
      )
      if (now !== told || clock.now() - writtenMs >= writeAfterMs) {
        told = now
        writtenMs = clock.now()
        onScaling(loop.scalings)
      }
      problem = ''
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      if (text !== problem) progress.note(`Replicas could not be scaled: ${text}`)
      problem = text
    }
    const isAtZero = loop.scalings.some(({ decision }) => decision.wanted === 0)
    await clock.wait(isAtZero ? intervalAtZeroMs : intervalMs, signal)
  }
}

/** A pool as people call it. */
export const poolTitle = ({ model, role }: PoolName): string => (role === 'both' ? model : `${model} (${role})`)

const reasons: Readonly<Record<PoolScaling['decision']['reason'], string>> = {
  queue: 'requests wait',
  requests: 'its replicas have as many requests as they take',
  tokens: 'its KV caches fill up',
  kv_cache: 'its KV caches are full',
  ttft: 'the first token comes late',
  wake: 'a request came',
  idle: 'no request came for long',
  spare: 'fewer do',
  minimum: 'that is the least',
  maximum: 'that is the most',
  steady: 'enough',
  no_readings: 'load is not known',
}

function changeText({ model, role, decision: { current, wanted, reason } }: PoolScaling): string {
  return `${poolTitle({ model, role })}: ${current} → ${wanted} ${wanted === 1 ? 'replica' : 'replicas'}, ${reasons[reason]}`
}
