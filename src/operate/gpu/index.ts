/**
 * The GPUs of a Fleet’s replicas: `read-gpus.ts` asks nvidia-smi in the place of each, `parse-smi.ts` has the question and reads
 * the answer.
 */
export type { Gpu, GpuProcess } from './parse-smi.ts'
export { readGpus, type ReplicaGpus } from './read-gpus.ts'
