import { z } from 'zod'

const signal = z.object({
  name: z.enum(['queue', 'requests', 'tokens', 'kv_cache', 'ttft']),
  value: z.number(),
  target: z.number(),
  replicas: z.number(),
  ignored: z.enum(['replicas_start', 'nobody_waits']).optional(),
})

const limit = z.object({
  name: z.enum([
    'up_window',
    'down_window',
    'pace',
    'minimum',
    'maximum',
    'gpus',
    'zero_window',
    'incomplete',
    'too_few_before',
  ]),
  from: z.number(),
  to: z.number(),
})

const reason = z.enum([
  'queue',
  'requests',
  'tokens',
  'kv_cache',
  'ttft',
  'wake',
  'idle',
  'spare',
  'minimum',
  'maximum',
  'steady',
  'no_readings',
])

const poolLoad = z.object({
  atMs: z.number(),
  isComplete: z.boolean(),
  waiting: z.number(),
  inFlight: z.number(),
  arrivalsPerSecond: z.number().nullable(),
  tokensInFlight: z.number().nullable(),
  ttftMs: z.number().nullable(),
  kvCacheUse: z.number().nullable(),
})

const decision = z.object({
  /** Milliseconds since the epoch. */
  atMs: z.number(),
  wanted: z.number(),
  current: z.number(),
  asked: z.number(),
  reason,
  signals: z.array(signal).readonly(),
  limits: z.array(limit).readonly(),
  load: poolLoad.nullable(),
  replicas: z.object({ ready: z.number(), starting: z.number(), draining: z.number() }),
})

/** How a pool is scaled, as whoever scales it writes it down: for `fairlead explain scaling`, and for metrics. */
export const poolScalingSchema = z.object({
  model: z.string(),
  role: z.enum(['both', 'prefill', 'decode']),
  min: z.number(),
  max: z.number(),
  /** Windows and targets that decisions went by, milliseconds and numbers. */
  upAfterMs: z.number(),
  downAfterMs: z.number(),
  toZeroAfterMs: z.number(),
  decision,
  /** The last changes, oldest first. */
  changes: z.array(z.object({ atMs: z.number(), from: z.number(), to: z.number(), reason })).readonly(),
  /** Changes since the start, by reason. */
  totals: z.partialRecord(reason, z.number()),
})

/** How a pool is scaled. */
export type PoolScaling = z.output<typeof poolScalingSchema>
