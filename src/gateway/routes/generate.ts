import { z } from 'zod'
import { inspectBody } from '../data-plane/inspect-body.ts'
import { Refusal } from '../data-plane/refusal.ts'
import type { Translation } from '../data-plane/translation.ts'

const question = z.object({
  text: z.string().min(1),
  model: z.string().optional(),
  max_tokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
})

const answer = z.object({
  model: z.string().nullish(),
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
  usage: z.unknown(),
})

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new Refusal('bad_request', `The request body is not valid JSON: ${(error as Error).message}.`)
  }
}

/** `/generate` in terms of chat completions. */
export const generateTranslation: Translation = {
  isModelOptional: true,
  question(body) {
    inspectBody(body)
    const { success, data, error } = question.safeParse(parse(body))
    if (!success) {
      const [issue] = error.issues
      const field = issue?.path.join('.') ?? ''
      const options = field === '' ? {} : { param: field }
      throw new Refusal('bad_request', `The field "${field}" is not understood: ${issue?.message ?? ''}.`, options)
    }
    const { text, ...rest } = data
    return Buffer.from(JSON.stringify({ ...rest, messages: [{ role: 'user', content: text }] }))
  },
  answer(body) {
    const { model, choices, usage } = answer.parse(JSON.parse(body.toString('utf8')))
    return JSON.stringify({ text: choices[0]?.message.content ?? '', usage: usage ?? null, model: model ?? null })
  },
}
