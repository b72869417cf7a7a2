import { z } from 'zod'

const replicaLoad = z.object({
  id: z.string(),
  model: z.string(),
  engine: z.string(),
  /** Base URL. */
  address: z.string(),
  /** What its source says: starting, serving, draining, failed. */
  phase: z.string(),
  /** Whether the gateway's own probes succeed and it is warmed up. */
  ready: z.boolean(),
  inFlight: z.int().nonnegative(),
  /** Estimated, of the requests in flight: of their prompts and answers, and of what it has yet to compute before it answers. */
  tokensInFlight: z.int().default(0),
  pendingPrefillTokens: z.int().default(0),
  /** Requests sent to it since the gateway knows it. */
  requests: z.int().nonnegative(),
  /** Output tokens a second over the last ten seconds. */
  tokensPerSecond: z.number().nonnegative(),
  lastError: z.string().nullable(),
  /** Of the two stages of generation; absent before 0.2. */
  role: z.enum(['both', 'prefill', 'decode']).default('both'),
  /** What its engine says of itself; null where it was not asked or does not tell, absent before 0.2. */
  reported: z
    .object({
      running: z.number().nullable(),
      waiting: z.number().nullable(),
      kvCacheUsage: z.number().nullable(),
      /** Tokens that its KV cache holds; absent before 0.2. */
      kvCacheTokens: z.number().nullish(),
    })
    .nullable()
    .default(null),
})

const histogram = z.object({ bounds: z.array(z.number()).readonly(), counts: z.array(z.number()).readonly() })

const variantLoad = z.object({
  variant: z.enum(['stable', 'canary']),
  /** Of the model's requests, 0 to 1. */
  share: z.number().min(0).max(1),
  /** Tries on its replicas that ended, and those of them that failed or were refused; since the gateway started. */
  requests: z.number().nonnegative(),
  errors: z.number().nonnegative(),
  /** Of streams, seconds: from the try until its first byte, and for each further token. */
  ttft: histogram,
  tpot: histogram,
})

const modelLoad = z.object({
  model: z.string(),
  /** Requests that looked for a replica since the gateway started. */
  arrivals: z.number().nonnegative(),
  /** Requests that ended, and the tokens of their prompts and answers. */
  ended: z.number().nonnegative(),
  tokens: z.number().nonnegative(),
  /** Times to first token of streams since the gateway started: how many up to each bound (seconds), the last one beyond. */
  ttft: histogram,
  /** Both variants while a change of the model is tried, else nothing; absent before 0.2. */
  variants: z.array(variantLoad).readonly().default([]),
})

const queueLoad = z.object({
  model: z.string(),
  /** Requests that wait. */
  length: z.int().nonnegative(),
  /** Estimated, of their prompts and answers. */
  tokens: z.number().nonnegative(),
  /** How long the one has waited that came first, milliseconds. */
  oldestMs: z.number().nonnegative(),
  /** Requests that get a replica, a second; null where none has for half a minute. */
  drainPerSecond: z.number().nonnegative().nullable(),
  /** The highest first. */
  priorities: z.array(z.object({ priority: z.int(), length: z.int().nonnegative() })).readonly(),
})

const exactRouting = z.object({
  model: z.string(),
  /** on: prompts are looked up by what engines say that they hold; starting; off: by what was sent where. */
  state: z.enum(['starting', 'on', 'off']),
  /** Why it is not on, in one sentence. */
  reason: z.string(),
  /** Whether images are told apart: prompts that have some are looked up too. */
  images: z.boolean().default(false),
  /** Blocks that are known, each replica's own counted. */
  blocks: z.int().nonnegative(),
  replicas: z.array(z.object({ id: z.string(), batches: z.int(), losses: z.int() })).readonly(),
})

/** `GET /admin/v1/load` of a gateway: the load of every replica as this gateway sees it. */
export const loadReportSchema = z.object({
  /** Of this document. */
  version: z.literal(1),
  /** Of the gateway's package. */
  gatewayVersion: z.string(),
  fleet: z.string(),
  draining: z.boolean(),
  replicas: z.array(replicaLoad),
  /** What waits, one entry a model; absent before 0.2. */
  queues: z.array(queueLoad).default([]),
  /** What came and went of each model; absent before 0.2. */
  models: z.array(modelLoad).default([]),
  /** Models that are to be routed by what engines hold; absent before 0.2. */
  exact: z.array(exactRouting).readonly().default([]),
})

/** The load of every replica. */
export type LoadReport = z.output<typeof loadReportSchema>
