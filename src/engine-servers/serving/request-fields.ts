import { z } from 'zod'

/** Most characters of a stop string, and most stop strings; generous against clients, small against the scan's cost. */
const stopLimits = { length: 1024, count: 64 }
/** OpenAI's limit of `n`. */
const maximumChoices = 128
/** OpenAI's limit of inputs in one embeddings request, used for prompts too. */
const maximumInputs = 2048

const tokenIds = z.array(z.int().min(0)).min(1)
const stopString = z.string().min(1).max(stopLimits.length)

/** Fields that ask for something only some engines do; `reject-unsupported.ts` looks at them. */
const unsupported = {
  logprobs: z.union([z.boolean(), z.int()]).nullish(),
  top_logprobs: z.int().nullish(),
  prompt_logprobs: z.int().nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  structured_outputs: z.record(z.string(), z.unknown()).nullish(),
}

/** What `/v1/chat/completions` and `/v1/completions` share. Unknown fields are accepted, as vLLM does. */
const generationFields = {
  ...unsupported,
  model: z.string().nullish(),
  max_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.int().min(-1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  repetition_penalty: z.number().gt(0).nullish(),
  stop: z.union([stopString, z.array(stopString).max(stopLimits.count)]).nullish(),
  ignore_eos: z.boolean().nullish(),
  cache_salt: z.string().min(1).max(1024).nullish(),
  kv_transfer_params: z.record(z.string(), z.unknown()).nullish(),
  bootstrap_host: z.string().min(1).max(255).nullish(),
  bootstrap_port: z.int().min(1).max(65_535).nullish(),
  // Of 63 bits: what is lost in a number is lost in both engines.
  bootstrap_room: z.number().nonnegative().nullish(),
  n: z.int().min(1).max(maximumChoices).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .looseObject({ include_usage: z.boolean().nullish(), continuous_usage_stats: z.boolean().nullish() })
    .nullish(),
  response_format: z
    .discriminatedUnion('type', [
      z.looseObject({ type: z.literal('text') }),
      z.looseObject({ type: z.literal('json_object') }),
      z.looseObject({
        type: z.literal('json_schema'),
        json_schema: z.looseObject({ schema: z.union([z.record(z.string(), z.unknown()), z.boolean()]) }),
      }),
    ])
    .nullish(),
}

const message = z.looseObject({
  role: z.string().min(1).max(64),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))]).nullish(),
})
const messages = z.array(message)
const tools = z.array(z.record(z.string(), z.unknown())).max(1024)

export const chatFields = z.looseObject({
  ...generationFields,
  messages,
  max_completion_tokens: z.int().min(1).nullish(),
  tools: tools.nullish(),
  tool_choice: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
})

export const completionFields = z.looseObject({
  ...generationFields,
  prompt: z.union([
    z.string(),
    z.array(z.string()).min(1).max(maximumInputs),
    tokenIds,
    z.array(tokenIds).min(1).max(maximumInputs),
  ]),
  echo: z.boolean().nullish(),
  suffix: z.string().nullish(),
})

export const embeddingFields = z.looseObject({
  model: z.string().nullish(),
  input: z.union([
    z.string().min(1),
    z.array(z.string().min(1)).min(1).max(maximumInputs),
    tokenIds,
    z.array(tokenIds).min(1).max(maximumInputs),
  ]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).nullish(),
})

export const tokenizeFields = z.looseObject({
  model: z.string().nullish(),
  prompt: z.string().nullish(),
  messages: messages.nullish(),
  tools: tools.nullish(),
  return_token_strs: z.boolean().nullish(),
})

export const detokenizeFields = z.looseObject({
  model: z.string().nullish(),
  tokens: z.array(z.int().min(0)),
})

export type GenerationFields = z.output<typeof chatFields> | z.output<typeof completionFields>
export type ChatFields = z.output<typeof chatFields>
export type CompletionFields = z.output<typeof completionFields>
