import { z } from 'zod'
import { duration } from './units.ts'
import { share } from './names.ts'

/** When replicas are added and removed; how many is each model’s minReplicas and maxReplicas. */
export const autoscale = z.strictObject({
  by: z.enum(['none', 'fairlead', 'hpa', 'keda']).default('fairlead').describe('Who scales models with maxReplicas.'),
  queuePerReplica: z.int().min(1).max(10_000).default(4).describe('Waiting requests a replica that add one.'),
  kvCacheUse: share().default(0.85).describe('KV cache use that adds a replica.'),
  ttft: duration().optional().describe('Median TTFT that adds a replica; not looked at when absent.'),
  upAfter: duration().prefault('30s').describe('How long the need must last before a replica is added.'),
  downAfter: duration().prefault('5m').describe('How long a replica must be spare before it is removed.'),
  toZeroAfter: duration().prefault('15m').describe('Time without requests until minReplicas 0 is reached.'),
})
