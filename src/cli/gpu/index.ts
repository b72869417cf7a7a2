/**
 * The GPUs of replicas, for people.
 */
export { renderGpus } from './render-gpus.ts'
