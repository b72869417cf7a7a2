import { z } from 'zod'
import { bytes, cpus } from './units.ts'
import { share, text } from './names.ts'

/** The accelerators of a replica. */
export const hardware = z.strictObject({
  gpu: text(63).optional().describe('GPU type, such as l40s, a100-80gb or h100; any that fits when absent.'),
  gpus: z.int().min(0).max(1024).optional().describe('GPUs of a replica; 0 is CPU only. From parallelism when absent.'),
  memoryFraction: share().optional().describe('Share of each GPU’s memory that the engine may take, 0 to 1.'),
  sharing: z
    .enum(['exclusive', 'timeSlicing', 'mig', 'mps', 'dra'])
    .default('exclusive')
    .describe('How GPUs are shared with others.'),
  migProfile: text(63).optional().describe('MIG slice of a replica, such as 3g.40gb, for sharing mig.'),
  group: text(63).optional().describe('Models of one group share the same GPUs; their memory fractions add up.'),
  groupFraction: share()
    .optional()
    .describe('Share of each GPU’s memory that all models of the group take together; 0.9 when no model says it.'),
})

/** The accelerators of a pool's replica: what it leaves open is as its model says. */
export const poolHardware = hardware.extend({
  sharing: hardware.shape.sharing.removeDefault().optional().describe('As in the model when absent.'),
})

/** What a replica asks of its host beside GPUs. */
export const resources = z.strictObject({
  cpu: cpus().optional().describe('CPU cores that are reserved.'),
  cpuLimit: cpus().optional().describe('CPU cores at the most.'),
  memory: bytes().optional().describe('Memory limit; a memory tier of the KV cache comes on top of it.'),
  memoryRequest: bytes().optional().describe('Memory that is reserved; as much as `memory` when absent.'),
  sharedMemory: bytes().optional().describe('Size of /dev/shm.'),
  disk: bytes().optional().describe('Scratch disk (ephemeral storage).'),
})

/** How a model is spread over GPUs. */
export const parallelism = z.strictObject({
  tensor: z.int().min(1).max(64).default(1).describe('Tensor parallel size: GPUs that share each layer.'),
  pipeline: z.int().min(1).max(64).default(1).describe('Pipeline parallel size: stages of layers.'),
  data: z.int().min(1).max(256).default(1).describe('Data parallel size: whole copies inside a replica.'),
  expert: z.boolean().default(false).describe('Whether experts of a mixture are spread over the GPUs.'),
  nodes: z.int().min(1).max(256).default(1).describe('Machines that a replica spans.'),
})
