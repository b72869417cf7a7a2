/**
 * llm-d: engines as on plain Kubernetes, and in front of each model an InferencePool whose endpoint picker chooses the replica.
 * `pods` makes engines members of their pools, `pools` has what the picker is told of a model, `router` the picker itself and
 * the ways in. Pure.
 */
export { llmdRenderer } from './render.ts'
