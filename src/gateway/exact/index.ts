/**
 * Routing by what engines say that they hold (`routing.policy: prefixExact`): reads a model's tokenizer and template,
 * compares its rendering with the engine's, follows the KV events of its replicas, and hands threads what they need to
 * look prompts up. The control thread's; `prompting.ts` alone is for every thread.
 */
export { ExactModels, type ExactModelsOptions } from './exact-models.ts'
export type { ExactReport } from './exact-model.ts'
