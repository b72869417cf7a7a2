/**
 * GGUF, the model format of llama.cpp: what a file's header says, and whether the file is whole.
 */
export { GgufProblem } from './gguf-problem.ts'
export { inspectGguf } from './inspect-gguf.ts'
export type { GgufInfo, PerLayer } from './parse-gguf.ts'
