import { z } from 'zod'

const replicaLoad = z.object({
  id: z.string(),
  model: z.string(),
  engine: z.string(),
  /** Base URL. */
  address: z.string(),
  /** What its source says: starting, serving, draining, failed. */
  phase: z.string(),
  /** Whether the gateway's own probes succeed. */
  ready: z.boolean(),
  inFlight: z.int().nonnegative(),
  /** Requests sent to it since the gateway knows it. */
  requests: z.int().nonnegative(),
  /** Output tokens a second over the last ten seconds. */
  tokensPerSecond: z.number().nonnegative(),
  lastError: z.string().nullable(),
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
})

/** The load of every replica. */
export type LoadReport = z.output<typeof loadReportSchema>
