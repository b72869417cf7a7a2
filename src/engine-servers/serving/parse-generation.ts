import type { Backend, ChatMessage, GenerationRequest, ResponseFormat } from './contract.ts'
import { checkFields } from './check-fields.ts'
import { invalidValue, notSupported } from './errors.ts'
import {
  chatFields,
  completionFields,
  type ChatFields,
  type CompletionFields,
  type GenerationFields,
} from './request-fields.ts'

/** How the answer is to be written to the client. */
interface AnswerOptions {
  /** The model's name as the client wrote it. */
  readonly model: string
  readonly stream: boolean
  readonly includeUsage: boolean
  /** Usage in every chunk; vLLM's `continuous_usage_stats`. */
  readonly continuousUsage: boolean
}

/** A checked request: one generation for each choice, in the order of their index. */
export interface ParsedGeneration {
  readonly answer: AnswerOptions
  readonly requests: readonly GenerationRequest[]
  /** Choices for each prompt; prompts are counted once in the usage. */
  readonly choicesPerPrompt: number
  /** Whether answers begin with their prompt. */
  readonly echo: boolean
}

/** Checks the body of `/v1/chat/completions`. */
export function parseChatCompletion(
  body: Record<string, unknown>,
  backend: Backend,
  answerId: string,
): ParsedGeneration {
  const fields = checkFields(chatFields, body)
  const answer = parseAnswer(fields, backend)
  refuseUnsupported(fields)
  checkMessages(fields.messages, answer.model, backend.takesNamedImages ?? false)
  const maxTokens = fields.max_completion_tokens ?? fields.max_tokens ?? undefined
  const tools = chatTools(fields)
  const input = { kind: 'chat', messages: fields.messages as ChatMessage[], ...(tools && { tools }) } as const
  const choices = fields.n ?? 1
  const request = sampling(fields, maxTokens, backend)
  return {
    answer,
    requests: Array.from({ length: choices }, (_, index) => ({
      ...request,
      ...seedOf(fields, index),
      id: choices === 1 ? answerId : `${index}_${answerId}`,
      input,
    })),
    choicesPerPrompt: choices,
    echo: false,
  }
}

/** Tokens of an answer of `/v1/completions` that asks for no number, as OpenAI's API has it. */
const defaultCompletionTokens = 16

/** Checks the body of `/v1/completions`. */
export function parseCompletion(body: Record<string, unknown>, backend: Backend, answerId: string): ParsedGeneration {
  const fields = checkFields(completionFields, body)
  const answer = parseAnswer(fields, backend)
  refuseUnsupported(fields)
  if (fields.suffix) throw notSupported('suffix', 'A suffix')
  const maxTokens = fields.max_tokens ?? defaultCompletionTokens
  const request = sampling(fields, maxTokens, backend)
  const choices = fields.n ?? 1
  return {
    answer,
    requests: promptsOf(fields).flatMap((prompt, place) =>
      Array.from({ length: choices }, (_, index) => ({
        ...request,
        ...seedOf(fields, index),
        id: choices === 1 ? `${answerId}-${place}` : `${index}_${answerId}-${place}`,
        input: { kind: 'prompt', prompt } as const,
      })),
    ),
    choicesPerPrompt: choices,
    echo: fields.echo ?? false,
  }
}

/** The model that a request means; the first one when it names none, as vLLM does. */
export function resolveModel(name: string | null | undefined, backend: Backend): string {
  if (name === undefined || name === null || name === '') return backend.modelNames[0] ?? ''
  if (backend.modelNames.includes(name)) return name
  throw invalidModel(name, backend.modelNames)
}

function invalidModel(name: string, known: readonly string[]) {
  const error = invalidValue(`The model \`${name}\` does not exist. Valid aliases: ${known.join(', ')}.`, 'model')
  return Object.assign(error, { status: 404, type: 'NotFoundError' })
}

function parseAnswer(fields: GenerationFields, backend: Backend): AnswerOptions {
  const stream = fields.stream ?? false
  if (fields.stream_options && !stream) {
    throw invalidValue('Stream options can only be defined when `stream=True`.', 'stream_options')
  }
  const includeUsage = fields.stream_options?.include_usage ?? false
  return {
    model: resolveModel(fields.model, backend),
    stream,
    includeUsage,
    continuousUsage: includeUsage && (fields.stream_options?.continuous_usage_stats ?? false),
  }
}

function sampling(
  fields: GenerationFields,
  maxTokens: number | undefined,
  backend: Backend,
): Omit<GenerationRequest, 'input' | 'seed' | 'id'> {
  if (maxTokens !== undefined && maxTokens > backend.contextLength) {
    throw invalidValue(
      `max_tokens=${maxTokens} cannot be greater than max_model_len=${backend.contextLength}. Please request fewer output tokens.`,
      'max_tokens',
    )
  }
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...given('temperature', fields.temperature),
    ...given('topP', fields.top_p),
    ...(fields.top_k && fields.top_k > 0 ? { topK: fields.top_k } : {}),
    ...given('minP', fields.min_p),
    ...given('presencePenalty', fields.presence_penalty),
    ...given('frequencyPenalty', fields.frequency_penalty),
    ...given('repetitionPenalty', fields.repetition_penalty),
    stop: fields.stop === undefined || fields.stop === null ? [] : [fields.stop].flat(),
    ignoreEos: fields.ignore_eos ?? false,
    responseFormat: responseFormat(fields),
    isStreamed: fields.stream ?? false,
    ...given('cacheSalt', fields.cache_salt),
    ...given('kvTransfer', fields.kv_transfer_params),
    ...given('kvMeeting', meetingOf(fields)),
  }
}

function meetingOf(fields: GenerationFields): GenerationRequest['kvMeeting'] {
  const { bootstrap_host: host, bootstrap_port: port, bootstrap_room: room } = fields
  const meeting = { ...given('host', host), ...given('port', port), ...given('room', room) }
  return Object.keys(meeting).length === 0 ? undefined : meeting
}

function given<Name extends string, Value>(
  name: Name,
  value: Value | null | undefined,
): { [Key in Name]?: NonNullable<Value> } {
  return value === undefined || value === null ? {} : ({ [name]: value } as { [Key in Name]?: NonNullable<Value> })
}

/** Choices of one prompt differ although the client gave one seed. */
function seedOf(fields: GenerationFields, choice: number): { readonly seed?: number } {
  return fields.seed === undefined || fields.seed === null ? {} : { seed: fields.seed + choice }
}

function responseFormat(fields: GenerationFields): ResponseFormat {
  const format = fields.response_format
  if (format?.type === 'json_schema') return { type: 'json_schema', schema: format.json_schema.schema }
  return { type: format?.type ?? 'text' }
}

function promptsOf(fields: CompletionFields): readonly (string | readonly number[])[] {
  const { prompt } = fields
  if (typeof prompt === 'string') return [prompt]
  return typeof prompt[0] === 'number' ? [prompt as number[]] : (prompt as (string | number[])[])
}

function refuseUnsupported(fields: GenerationFields): void {
  if (fields.logprobs || fields.logprobs === 0) throw notSupported('logprobs', 'Returning log probabilities')
  if (fields.top_logprobs) throw notSupported('top_logprobs', 'Returning log probabilities')
  if (fields.prompt_logprobs) throw notSupported('prompt_logprobs', 'Returning log probabilities')
  if (Object.keys(fields.logit_bias ?? {}).length > 0) throw notSupported('logit_bias', 'A bias on tokens')
  if (fields.structured_outputs) {
    throw notSupported('structured_outputs', 'Structured output other than `response_format`')
  }
}

/** @param takesNamedImages whether images are taken that the client names, by `uuid` as in vLLM */
function checkMessages(messages: ChatFields['messages'], model: string, takesNamedImages: boolean): void {
  if (messages.length === 0) {
    throw invalidValue('Cannot apply chat template to an empty conversation. Provide at least one message.')
  }
  for (const message of messages) {
    if (!Array.isArray(message.content)) continue
    const other = message.content.find(
      (part) => (part.type !== 'text' || part.text === undefined) && !(takesNamedImages && isNamedImage(part)),
    )
    if (other !== undefined && other.type !== 'text') throw invalidValue(`${model} is not a multimodal model`)
    if (other !== undefined) throw invalidValue('A message part of type text needs its text.', 'messages')
  }
}

const isNamedImage = ({ type, uuid }: { readonly type: string; readonly uuid?: unknown }): boolean =>
  type === 'image_url' && typeof uuid === 'string' && uuid !== ''

/** Tools are shown to the model by its template; nothing parses calls, so a call cannot be demanded. */
function chatTools(fields: ChatFields): readonly unknown[] | undefined {
  const choice = fields.tool_choice ?? 'auto'
  if (choice === 'none' || !fields.tools || fields.tools.length === 0) return undefined
  if (choice !== 'auto') throw notSupported('tool_choice', 'A required tool call')
  return fields.tools
}
