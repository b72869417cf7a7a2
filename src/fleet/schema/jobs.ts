import { z } from 'zod'
import { bytes, duration } from './units.ts'
import { list, secretReference, text } from './names.ts'

/** Requests that are answered later. */
export const jobs = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether /v1/jobs, /v1/files and /v1/batches are served.'),
  concurrency: z.int().min(1).max(10_000).default(8).describe('Jobs that run at once.'),
  attempts: z.int().min(1).max(100).default(3).describe('Tries before a job goes to the dead letters.'),
  maxQueued: z.int().min(1).max(10_000_000).default(100_000).describe('Jobs that wait at the most.'),
  keepResults: duration().prefault('7d').describe('How long results are kept.'),
  maxFileSize: bytes().prefault('512Mi').describe('Largest batch file.'),
  webhooks: z
    .strictObject({
      allowedHosts: list(text(253), 256).default([]).describe('Hosts that may be called; none when empty.'),
      secret: secretReference().optional().describe('Secret that signs the calls.'),
    })
    .prefault({})
    .describe('Calls when a job is done.'),
})
