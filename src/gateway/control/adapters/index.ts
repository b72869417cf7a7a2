/** Keeps the LoRA adapters of running replicas equal to what the Fleet says. */
export { Adapters } from './adapters.ts'
