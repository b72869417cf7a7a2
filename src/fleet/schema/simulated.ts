import { z } from 'zod'
import { duration } from './units.ts'

/** How the simulated engine behaves: its speed and the faults it shows. */
export const simulatedSettings = z.strictObject({
  ttft: duration().prefault('50ms').describe('Time to first token of a request that waits for nobody.'),
  tokensPerSecond: z.number().min(0.001).max(1e6).default(50).describe('Output tokens a second of one sequence.'),
  maxSequences: z.int().min(1).max(4096).default(8).describe('Sequences that run at once; more wait.'),
  loadTime: duration().prefault('0s').describe('Time from start until /health answers 200.'),
  failEvery: z.int().min(0).max(1e6).default(0).describe('Every n-th request fails with 500; 0 is never.'),
  hangEvery: z
    .int()
    .min(0)
    .max(1e6)
    .default(0)
    .describe('Every n-th request is accepted and never answered; 0 is never.'),
  dieEvery: z.int().min(0).max(1e6).default(0).describe('Every n-th stream is cut after its fifth token; 0 is never.'),
})
