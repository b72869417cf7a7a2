import { z } from 'zod'
import { duration } from './units.ts'
import { dnsLabel, list } from './names.ts'

/** What happens to requests when every replica is busy. */
export const flow = z.strictObject({
  maxQueue: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(1_000)
    .describe('Requests that wait for a model at the most; 0 refuses at once.'),
  saturation: z
    .boolean()
    .default(false)
    .describe(
      'Whether a replica that has requests gets no more while its engine says that it has too much to do: 5 requests wait in it, or 80 % of its KV cache is in use. Engines are asked every 500 ms, external ones too, which have to export the metrics of vLLM; `maxInFlight` bounds what goes to one between two answers.',
    ),
  maxWait: duration().prefault('5m').describe('Longest wait for a replica.'),
  fairness: z
    .enum(['none', 'key', 'user', 'team'])
    .default('key')
    .describe('Between whom turns are taken, by tokens; users are told apart as keys are.'),
  priorities: list(
    z.strictObject({
      name: dnsLabel().describe('Name that a request gives in x-fairlead-priority.'),
      level: z
        .int()
        .min(-1000)
        .max(1000)
        .describe('Higher goes first, and 0 is without a name; below 0 is shed first.'),
    }),
    32,
  )
    .default([])
    .describe('Priorities that requests may carry.'),
  gather: duration().optional().describe('Window in which embedding requests are gathered into one; none when absent.'),
})
