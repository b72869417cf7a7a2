import type { EngineRoute } from '../data-plane/route.ts'
import { generateTranslation } from './generate.ts'

const passedThrough: readonly Pick<EngineRoute, 'path' | 'summary'>[] = [
  { path: '/v1/chat/completions', summary: 'Answers a chat, as a whole or as a stream.' },
  { path: '/v1/completions', summary: 'Continues a text.' },
  { path: '/v1/embeddings', summary: 'Turns texts into vectors.' },
  { path: '/tokenize', summary: 'Splits a text into the tokens of a model.' },
  { path: '/detokenize', summary: 'Joins tokens to a text.' },
]

const generate = {
  enginePath: '/v1/chat/completions',
  summary: 'Answers a text with a text: {"text","max_tokens","temperature"} → {"text","usage","model"}.',
  translation: generateTranslation,
}

/** Every route that an engine answers: once by the body's model, once by the path's. */
export const engineRoutes: readonly EngineRoute[] = [
  ...passedThrough.map(({ path, summary }) => ({ path, enginePath: path, summary })),
  { path: '/generate', ...generate },
].flatMap((route) => [
  { ...route, kind: 'engine', method: 'POST' },
  { ...route, kind: 'engine', method: 'POST', path: `/models/{model}${route.path}` },
])
