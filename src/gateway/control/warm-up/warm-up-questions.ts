import type { Model } from '../../../fleet/index.ts'

/** One small request of a warm-up. */
export interface WarmUpQuestion {
  readonly path: string
  readonly body: Buffer
}

/** Any word does: what takes long is that it is the first. */
const word = 'Hello'

/** What of a model its warm-up depends on. */
export type WarmedModel = Pick<Model, 'task' | 'warmup'>

/**
 * The requests of a warm-up, in turn; each as alternatives, of which the first that the engine does not refuse counts. A model
 * whose Fleet says no task may be one without a chat template, or one that makes vectors: what it is, its engine knows. None
 * for models that listen, since that would take a recording.
 * @param name that the engine knows the model by
 */
export function warmUpQuestions({ task, warmup }: WarmedModel, name: string): readonly (readonly WarmUpQuestion[])[] {
  const question = (path: string, fields: object): WarmUpQuestion => ({
    path,
    body: Buffer.from(JSON.stringify({ model: name, ...fields })),
  })
  const user = { role: 'user', content: word }
  const chat = (...before: readonly object[]) =>
    question('/v1/chat/completions', { messages: [...before, user], max_tokens: 1 })
  const completion = question('/v1/completions', { prompt: word, max_tokens: 1 })
  const embedding = question('/v1/embeddings', { input: word })
  switch (task) {
    case 'embed':
      return [[embedding]]
    case 'rerank':
      return [[question('/v1/rerank', { query: word, documents: [word] })]]
    case 'score':
      return [[question('/v1/score', { text_1: word, text_2: word })]]
    case 'classify':
      return [[question('/classify', { input: word })]]
    case 'transcribe':
      return []
    default: {
      const { systemPrompts } = warmup
      if (systemPrompts.length > 0) return systemPrompts.map((content) => [chat({ role: 'system', content })])
      return [task === 'generate' ? [chat(), completion] : [chat(), completion, embedding]]
    }
  }
}
