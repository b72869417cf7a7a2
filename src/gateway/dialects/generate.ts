import type { Translation } from '../data-plane/translation.ts'
import { readQuestion } from './read-question.ts'
import { onFirstUse } from './schemas.ts'

const schemas = onFirstUse((z) => ({
  question: z.object({
    text: z.string().min(1),
    model: z.string().optional(),
    max_tokens: z.int().min(1).optional(),
    temperature: z.number().min(0).max(2).optional(),
  }),
  answer: z.object({
    model: z.string().nullish(),
    choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
    usage: z.unknown().optional(),
  }),
}))

/** `/generate` in terms of chat completions. */
export const generateTranslation: Translation = {
  ownPath: null,
  isModelOptional: true,
  canStream: false,
  question(body) {
    const { text, ...rest } = readQuestion(schemas().question, body)
    return {
      path: '/v1/chat/completions',
      request: { ...rest, messages: [{ role: 'user', content: text }] },
      answer: () => ({
        whole(bytes) {
          const { model, choices, usage } = schemas().answer.parse(JSON.parse(bytes.toString('utf8')))
          return JSON.stringify({
            text: choices[0]?.message.content ?? '',
            usage: usage ?? null,
            model: model ?? null,
          })
        },
      }),
    }
  },
}
