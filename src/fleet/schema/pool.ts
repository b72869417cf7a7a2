import { z } from 'zod'
import { tokens } from './units.ts'
import { list, text } from './names.ts'
import { parallelism, poolHardware, resources } from './hardware.ts'

/** The replicas that only prefill, or only decode. */
export const pool = z.strictObject({
  replicas: z
    .int()
    .min(0)
    .max(1000)
    .optional()
    .describe('Copies that run; 1 when neither this nor minReplicas is set.'),
  minReplicas: z.int().min(0).max(1000).optional().describe('Fewest copies, for autoscaling.'),
  maxReplicas: z.int().min(1).max(1000).optional().describe('Most copies, for autoscaling.'),
  addresses: list(text(2048), 1000).default([]).describe('Base URLs of this pool’s replicas, for engine external.'),
  hardware: poolHardware.prefault({}).describe('Accelerators of a replica of this pool.'),
  parallelism: parallelism.prefault({}).describe('How the model is spread in this pool.'),
  maxSequences: z.int().min(1).max(65_536).optional().describe('Sequences that a replica runs at once.'),
  maxBatchedTokens: tokens().optional().describe('Tokens in one engine step.'),
  resources: resources.prefault({}).describe('What a replica asks of its host.'),
  engineArgs: list(text(4096), 128).default([]).describe('Further arguments of this pool’s engines.'),
})
