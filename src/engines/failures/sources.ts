import type { FactSource } from '../contracts/facts.ts'

/** A line of vLLM, at the version whose facts are in `../vllm`. */
export const vllm = (place: string): FactSource => ({ project: 'vllm-project/vllm', place, version: '0.32.0' })
/** A line of SGLang, at the version whose facts are in `../sglang`. */
export const sglang = (place: string): FactSource => ({
  project: 'sgl-project/sglang',
  place: `python/sglang/${place}`,
  version: '0.5.23',
})
/** A file of llama.cpp. */
export const llamacpp = (place: string): FactSource => ({
  project: 'ggml-org/llama.cpp',
  place,
  version: '00347649',
})
/** What a running engine wrote on a machine without a GPU. */
export const recorded = (engine: 'vllm' | 'llama-server', version: string): FactSource => ({
  project: engine === 'vllm' ? 'vllm-project/vllm' : 'ggml-org/llama.cpp',
  place: 'recorded from the running server',
  version,
})
/** A log in an issue. */
export const issue = (project: string, number: number, version = 'as reported'): FactSource => ({
  project,
  place: `issue ${number}`,
  version,
})
/** A line of another project. */
export const upstream = (project: string, place: string, version: string): FactSource => ({ project, place, version })
