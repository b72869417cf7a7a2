/**
 * llama.cpp: GGUF models on processors and small GPUs; `llama-server` from PATH, or our own server over node-llama-cpp.
 */
import type { Engine } from '../contract.ts'
import { launchLlamacpp } from './launch.ts'
import { parseLlamacppLoad } from './load.ts'

/** The engine llama.cpp. */
export const llamacppEngine: Engine = {
  name: 'llamacpp',
  title: 'llama.cpp',
  runsLocally: true,
  needsModelFile: true,
  routes: ['/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/tokenize', '/detokenize'],
  // `llama-server` has them since 2026, our own server does not.
  possibleRoutes: ['/v1/responses', '/v1/messages', '/v1/messages/count_tokens'],
  apiKeyVariable: 'LLAMA_API_KEY',
  readinessPath: '/health',
  metricsPath: '/metrics',
  launch: launchLlamacpp,
  parseLoad: parseLlamacppLoad,
}
