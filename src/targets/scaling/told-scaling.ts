import { z } from 'zod'
import { poolScalingSchema, type PoolScaling } from '../../observe/report/index.ts'

const { model, role, decision } = poolScalingSchema.shape
const { reason, signals, limits } = decision.shape

/** What was decided last of a pool, as the status of a Fleet object has it (`src/fleet/crd/status.ts`). */
export const toldScalingSchema = z.object({
  model,
  role,
  replicas: z.number(),
  readyReplicas: z.number(),
  wantedReplicas: z.number(),
  askedReplicas: z.number(),
  minReplicas: z.number(),
  maxReplicas: z.number(),
  reason,
  /** The one that asks for the most. */
  signal: signals.unwrap().element.optional(),
  heldBack: limits,
  /** Milliseconds. */
  windows: z.object({ up: z.number(), down: z.number(), toZero: z.number() }),
  lastChange: z.object({ at: z.iso.datetime(), from: z.number(), to: z.number(), reason }).optional(),
  decidedAt: z.iso.datetime(),
})

/** What was decided last of a pool, told briefly. */
export type ToldScaling = z.output<typeof toldScalingSchema>

/** How a pool is scaled, without what is not told everywhere. */
export type ExplainedScaling = Omit<PoolScaling, 'decision' | 'totals'> & {
  readonly decision: Omit<PoolScaling['decision'], 'load'> & Partial<Pick<PoolScaling['decision'], 'load'>>
}

/** What there is to tell of a pool. */
export function toldOf(scaling: PoolScaling): ToldScaling {
  const { min, max, upAfterMs, downAfterMs, toZeroAfterMs } = scaling
  const { current, wanted, asked, atMs, replicas } = scaling.decision
  const [signal] = scaling.decision.signals.toSorted((one, other) => other.replicas - one.replicas)
  const last = scaling.changes.at(-1)
  return {
    model: scaling.model,
    role: scaling.role,
    replicas: current,
    readyReplicas: replicas.ready,
    wantedReplicas: wanted,
    askedReplicas: asked,
    minReplicas: min,
    maxReplicas: max,
    reason: scaling.decision.reason,
    ...(signal === undefined ? {} : { signal: { ...signal, value: rounded(signal.name, signal.value) } }),
    heldBack: scaling.decision.limits,
    windows: { up: upAfterMs, down: downAfterMs, toZero: toZeroAfterMs },
    ...(last === undefined
      ? {}
      : { lastChange: { at: timeOf(last.atMs), from: last.from, to: last.to, reason: last.reason } }),
    decidedAt: timeOf(atMs),
  }
}

/** What was told, as it is explained. */
export function explainedOf(told: ToldScaling): ExplainedScaling {
  const { replicas: current, readyReplicas: ready, wantedReplicas: wanted, askedReplicas: asked, windows } = told
  const { lastChange, signal } = told
  return {
    model: told.model,
    role: told.role,
    min: told.minReplicas,
    max: told.maxReplicas,
    upAfterMs: windows.up,
    downAfterMs: windows.down,
    toZeroAfterMs: windows.toZero,
    decision: {
      atMs: Date.parse(told.decidedAt),
      wanted,
      current,
      asked,
      reason: told.reason,
      signals: signal === undefined ? [] : [signal],
      limits: told.heldBack,
      replicas: { ready, starting: Math.max(0, current - ready), draining: 0 },
    },
    changes:
      lastChange === undefined
        ? []
        : [
            {
              atMs: Date.parse(lastChange.at),
              from: lastChange.from,
              to: lastChange.to,
              reason: lastChange.reason,
            },
          ],
  }
}

const timeOf = (atMs: number) => new Date(atMs).toISOString()

/** A share to a thousandth; requests, tokens and milliseconds as whole numbers. */
const rounded = (name: string, value: number) =>
  name === 'kv_cache' ? Math.round(value * 1000) / 1000 : Math.round(value)
