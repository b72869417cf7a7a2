/**
 * KServe: each kind of replica as an InferenceService with a ServingRuntime, or each model as an LLMInferenceService, and the
 * gateway in front of their pods. Pure. `weights` says what KServe fetches and with which credentials, `inference` has
 * InferenceServices, `llm` LLMInferenceServices, `around` everything else.
 */
export { kserveRenderer } from './render.ts'
