import { handleChatCompletion } from './chat-completions.ts'
import { handleCompletion } from './completions.ts'
import { handleEmbeddings } from './embeddings.ts'
import type { Route } from './exchange.ts'
import { handleHealth, handleMetrics, handleModels, handleVersion } from './state-routes.ts'
import { handleDetokenize, handleTokenize } from './tokens.ts'

/** Every path that an engine server answers. */
export const routes: readonly Route[] = [
  { method: 'POST', path: '/v1/chat/completions', handle: handleChatCompletion },
  { method: 'POST', path: '/v1/completions', handle: handleCompletion },
  { method: 'POST', path: '/v1/embeddings', handle: handleEmbeddings },
  { method: 'POST', path: '/tokenize', handle: handleTokenize },
  { method: 'POST', path: '/detokenize', handle: handleDetokenize },
  { method: 'GET', path: '/v1/models', handle: handleModels },
  { method: 'GET', path: '/health', isAlwaysOpen: true, handle: handleHealth },
  { method: 'GET', path: '/version', isAlwaysOpen: true, handle: handleVersion },
  { method: 'GET', path: '/metrics', isAlwaysOpen: true, handle: handleMetrics },
]
