/**
 * Models: where they come from, the store that keeps them on this machine, and what their files say about themselves.
 */
export type { ModelRequest, ModelStore, ModelVerdict, PullContext, StoredModel } from './contract.ts'
export { GgufProblem, inspectGguf, type GgufInfo, type PerLayer } from './gguf/index.ts'
export { describeModelSource, parseModelSource, type ModelSource } from './sources/index.ts'
export { openModelStore } from './store/index.ts'
