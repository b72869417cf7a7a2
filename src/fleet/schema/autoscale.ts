import { z } from 'zod'
import { duration } from './units.ts'

/** A use above which a replica is added; at 0 there would never be enough. */
const use = () => z.number().min(0.01).max(1)

/** When replicas are added and removed; how many is each model’s minReplicas and maxReplicas. */
export const autoscale = z.strictObject({
  by: z.enum(['none', 'fairlead', 'hpa', 'keda']).default('fairlead').describe('Who scales models with maxReplicas.'),
  queuePerReplica: z.int().min(1).max(10_000).default(4).describe('Waiting requests a replica that add one.'),
  kvCacheUse: use().default(0.85).describe('KV cache use that adds a replica.'),
  concurrency: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Running requests a replica that add one, for hpa, keda and Knative; not looked at when absent.'),
  cpuUse: use().optional().describe('Use of the requested CPU that adds a replica, for hpa and keda.'),
  memoryUse: use().optional().describe('Use of the requested memory that adds a replica, for hpa and keda.'),
  gpuUse: use().optional().describe('GPU utilisation by the DCGM exporter that adds a replica, for hpa and keda.'),
  ttft: duration().optional().describe('Median TTFT that adds a replica; not looked at when absent.'),
  upAfter: duration().prefault('30s').describe('How long the need must last before a replica is added.'),
  downAfter: duration().prefault('5m').describe('How long a replica must be spare before it is removed.'),
  toZeroAfter: duration().prefault('15m').describe('Time without requests until minReplicas 0 is reached.'),
})
