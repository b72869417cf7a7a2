import { z } from 'zod'
import { bytes, duration } from './units.ts'
import { text } from './names.ts'

/** The process that clients talk to. */
export const gateway = z.strictObject({
  listen: text(253).default('127.0.0.1:8080').describe('Address and port for clients.'),
  admin: text(253)
    .optional()
    .describe('Address and port for /metrics and administration; loopback, port + 1, when absent.'),
  workers: z.int().min(1).max(256).default(1).describe('Threads that serve clients.'),
  bodyLimit: bytes().prefault('32Mi').describe('Largest request body.'),
  deadlines: z
    .strictObject({
      connect: duration().prefault('5s').describe('Until a connection to a replica stands.'),
      ttft: duration().prefault('5m').describe('Until the first byte of the answer.'),
      idle: duration().prefault('2m').describe('Between two pieces of a streamed answer.'),
      total: duration().prefault('30m').describe('Until the answer is complete.'),
    })
    .prefault({})
    .describe('How long each phase of a request may take.'),
  retry: z
    .strictObject({
      attempts: z
        .int()
        .min(1)
        .max(10)
        .default(3)
        .describe('Tries in all, each on another replica, before the first byte.'),
    })
    .prefault({})
    .describe('What happens when a replica fails before it answers.'),
  health: z
    .strictObject({
      interval: duration().prefault('2s').describe('Between two probes of a replica.'),
      timeout: duration().prefault('2s').describe('Longest wait for a probe’s answer.'),
      unhealthyAfter: z
        .int()
        .min(1)
        .max(100)
        .default(2)
        .describe('Failed probes in a row until a replica gets nothing new.'),
    })
    .prefault({})
    .describe('How the gateway watches replicas.'),
  drain: z
    .strictObject({
      timeout: duration().prefault('30s').describe('Time that open streams get to finish when the gateway stops.'),
    })
    .prefault({})
    .describe('How the gateway stops.'),
})
