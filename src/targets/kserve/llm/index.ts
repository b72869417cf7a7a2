/** LLMInferenceServices (serving.kserve.io/v1alpha2). */
export { renderLlmInferenceServices } from './llm-inference-services.ts'
