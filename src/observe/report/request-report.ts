import { z } from 'zod'

/** One request as the gateway’s log of requests has it, with why its replica was chosen. */
const recordedRequest = z.object({
  requestId: z.string(),
  /** When it ended, ISO 8601. */
  endedAt: z.string(),
  method: z.string(),
  path: z.string(),
  status: z.number(),
  /** Why it failed; empty where it did not. */
  reason: z.string(),
  model: z.string(),
  replica: z.string(),
  /** Who computed its prompt, where that was another one. */
  prefill: z.string().optional(),
  client: z.string(),
  policy: z.string().optional(),
  /** What decided. */
  choice: z.string().optional(),
  heldTokens: z.number().optional(),
  promptTokens: z.number().optional(),
  /** In the queue. */
  waitedMs: z.number().optional(),
  attempts: z.number(),
  /** The try that answered. */
  attempt: z.number().optional(),
  durationMs: z.number(),
  ttftMs: z.number().optional(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
})

/** `GET /admin/v1/requests/{id}` of a gateway: those of its last requests that had this id, the newest first. */
export const requestReportSchema = z.object({ version: z.literal(1), requests: z.array(recordedRequest) })

export type RecordedRequest = z.output<typeof recordedRequest>
export type RequestReport = z.output<typeof requestReportSchema>
