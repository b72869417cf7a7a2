import type { z } from 'zod'
import { onFirstUse } from '../schemas.ts'

/** What a question in Anthropic's shape may hold. */
export const schemas = onFirstUse((z) => {
  /** Cache marks are advice about prices; engines here reuse prefixes by themselves. */
  const textBlock = z.looseObject({ type: z.literal('text'), text: z.string() })

  const imageBlock = z.looseObject({
    type: z.literal('image'),
    source: z.discriminatedUnion('type', [
      z.looseObject({ type: z.literal('base64'), media_type: z.string(), data: z.string() }),
      z.looseObject({ type: z.literal('url'), url: z.string() }),
      z.looseObject({ type: z.literal('file'), file_id: z.string() }),
    ]),
  })

  const resultBlock = z.looseObject({
    type: z.literal('tool_result'),
    tool_use_id: z.string(),
    is_error: z.boolean().nullish(),
    content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]).nullish(),
  })

  /** What a message may hold; every other kind is refused by its name. */
  const blocks = {
    text: textBlock,
    image: imageBlock,
    tool_result: resultBlock,
    tool_use: z.looseObject({
      type: z.literal('tool_use'),
      id: z.string(),
      name: z.string(),
      input: z.record(z.string(), z.unknown()),
    }),
    thinking: z.looseObject({ type: z.literal('thinking'), thinking: z.string() }),
  } as const

  const anyBlock = z.looseObject({ type: z.string() })

  const message = z.looseObject({
    role: z.enum(['user', 'assistant', 'system']),
    content: z.union([z.string(), z.array(anyBlock)]),
  })

  const tool = z.looseObject({
    type: z.string().nullish(),
    name: z.string().min(1),
    description: z.string().nullish(),
    input_schema: z.record(z.string(), z.unknown()).nullish(),
    strict: z.boolean().nullish(),
  })

  const toolChoice = z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('auto'), disable_parallel_tool_use: z.boolean().nullish() }),
    z.looseObject({ type: z.literal('any'), disable_parallel_tool_use: z.boolean().nullish() }),
    z.looseObject({ type: z.literal('tool'), name: z.string(), disable_parallel_tool_use: z.boolean().nullish() }),
    z.looseObject({ type: z.literal('none') }),
  ])

  /** What the prompt is made of; all that counting tokens asks for. */
  const promptFields = z.looseObject({
    model: z.string(),
    messages: z.array(message).min(1),
    system: z.union([z.string(), z.array(anyBlock)]).nullish(),
    tools: z.array(tool).nullish(),
    tool_choice: toolChoice.nullish(),
    thinking: z.looseObject({ type: z.string() }).nullish(),
    output_config: z
      .looseObject({
        effort: z.string().nullish(),
        format: z.looseObject({ type: z.string(), schema: z.record(z.string(), z.unknown()).nullish() }).nullish(),
      })
      .nullish(),
  })

  /** A question as a whole. Unknown fields, such as vLLM's own, go to the engine as they are. */
  const questionFields = z.looseObject({
    ...promptFields.shape,
    max_tokens: z.int().min(1),
    stop_sequences: z.array(z.string()).nullish(),
    stream: z.boolean().nullish(),
    metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
    service_tier: z.string().nullish(),
  })

  return { blocks, promptFields, questionFields, tool, toolChoice }
})

type Schemas = ReturnType<typeof schemas>
export type Blocks = Schemas['blocks']
export type PromptFields = z.output<Schemas['promptFields']>
export type MessageFields = PromptFields['messages'][number]
export type ToolFields = z.output<Schemas['tool']>
export type ToolChoiceFields = z.output<Schemas['toolChoice']>
