/**
 * Somebody else's OpenAI-compatible server: Fairlead routes to it and starts nothing.
 */
import { UserError } from '../../errors/index.ts'
import type { Engine } from '../contract.ts'
import { parseVllmLoad } from '../vllm-load.ts'

/**
 * An external server as data. Its readiness is `/v1/models`, the one path besides generation that every OpenAI-compatible
 * server has; a server with keys asks for one there too, so a probe sends the model's `apiKey`. Metrics are vLLM's where it
 * has them; elsewhere the load stays unknown.
 */
export const externalEngine: Engine = {
  name: 'external',
  title: 'External OpenAI-compatible server',
  runsLocally: false,
  needsModelFile: false,
  routes: ['/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/tokenize', '/detokenize'],
  possibleRoutes: ['/v1/responses', '/v1/messages', '/v1/messages/count_tokens'],
  readinessPath: '/v1/models',
  metricsPath: '/metrics',
  launch({ model }) {
    throw new UserError({
      what: `The model ${model.name} runs on an external server, which Fairlead does not start.`,
      mend: 'Start that server yourself and name its base URL in the Fleet under `addresses`, or choose another engine.',
    })
  },
  parseLoad: parseVllmLoad,
}
