import {
  generateTranslation,
  messagesTranslation,
  messageTokensTranslation,
  responsesTranslation,
} from '../dialects/index.ts'
import type { EngineRoute } from '../data-plane/route.ts'

/** What tells one engine route from the others. */
type RouteData = Pick<EngineRoute, 'path' | 'summary' | 'translation' | 'takesForm'>

const passedThrough: readonly RouteData[] = [
  { path: '/v1/chat/completions', summary: 'Answers a chat, as a whole or as a stream.' },
  { path: '/v1/completions', summary: 'Continues a text.' },
  { path: '/v1/embeddings', summary: 'Turns texts into vectors.' },
  { path: '/v1/rerank', summary: 'Sorts texts by how well they answer a query.' },
  { path: '/v2/rerank', summary: 'The same, in the shape of Cohere’s second version.' },
  { path: '/rerank', summary: 'The same, without a version.' },
  { path: '/v1/score', summary: 'Tells how well pairs of texts fit.' },
  { path: '/score', summary: 'The same, without a version.' },
  { path: '/v1/audio/transcriptions', takesForm: true, summary: 'Writes down what is said in an audio file.' },
  { path: '/v1/audio/translations', takesForm: true, summary: 'Writes down in English what is said in an audio file.' },
  { path: '/tokenize', summary: 'Splits a text into the tokens of a model.' },
  { path: '/detokenize', summary: 'Joins tokens to a text.' },
]

/** Dialects: passed through to engines that speak them, translated to chat completions for the others. */
const dialects: readonly RouteData[] = [
  {
    path: '/v1/responses',
    summary: 'Answers in OpenAI’s newer shape, as a whole or as a stream.',
    translation: responsesTranslation,
  },
  {
    path: '/v1/messages',
    summary: 'Answers in Anthropic’s shape, as a whole or as a stream.',
    translation: messagesTranslation,
  },
  {
    path: '/v1/messages/count_tokens',
    summary: 'Counts the tokens of a question in Anthropic’s shape.',
    translation: messageTokensTranslation,
  },
  {
    path: '/generate',
    summary: 'Answers a text with a text: {"text","max_tokens","temperature"} → {"text","usage","model"}.',
    translation: generateTranslation,
  },
]

/** Every route that an engine answers: once by the body's model, once by the path's. */
export const engineRoutes: readonly EngineRoute[] = [...passedThrough, ...dialects].flatMap((data) => {
  const route = { ...data, kind: 'engine', method: 'POST', enginePath: data.path } as const
  return [route, { ...route, path: `/models/{model}${data.path}` }]
})
