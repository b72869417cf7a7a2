import { readQuestion, refuseGiven, unsayable } from '../read-question.ts'
import { toChatMessages, toChatTools } from './prompt.ts'
import { schemas, type QuestionFields } from './question-fields.ts'
import { given, isGiven } from '../given.ts'

/** Fields of a question that its answer repeats. */
export type ResponseEcho = Readonly<Record<string, unknown>> & { readonly model: string }

const withoutEqual = {
  previous_response_id: 'no answers are stored: send the whole conversation as `input`',
  conversation: 'no conversations are stored: send the whole conversation as `input`',
  store: 'no answers are stored',
  prompt: 'there are no stored prompts',
  background: 'no answers are made in the background',
  max_tool_calls: 'no tools are called by the server',
  top_logprobs: 'log probabilities have another shape',
  context_management: 'nothing edits the context',
  n: 'an answer has one choice',
}

/** Additions that are there anyway: reasoning is told in the open. */
const harmlessAdditions = new Set(['reasoning.encrypted_content'])

/**
 * A question of `/v1/responses` for `/v1/chat/completions`, and what its answer repeats of it.
 * @throws Refusal
 */
export function toChatQuestion(body: Buffer): { readonly chat: object; readonly echo: ResponseEcho } {
  const fields = readQuestion(schemas().questionFields, body)
  refuseGiven(fields, withoutEqual)
  refuseValues(fields)
  const chat: Record<string, unknown> = { ...given(fields) }
  for (const field of [...Object.keys(withoutEqual), ...ownFields]) delete chat[field]
  const { model, max_output_tokens: maxTokens, tools, text, reasoning, stream } = fields
  Object.assign(chat, { model, messages: toChatMessages(fields) })
  Object.assign(chat, given({ max_tokens: maxTokens, reasoning_effort: reasoning?.effort, verbosity: text?.verbosity }))
  if (isGiven(text?.format) && text.format.type !== 'text') chat['response_format'] = responseFormat(text.format)
  if (isGiven(tools) && tools.length > 0) {
    chat['tools'] = toChatTools(tools)
    Object.assign(chat, given({ tool_choice: toolChoice(fields), parallel_tool_calls: fields.parallel_tool_calls }))
  }
  if (stream === true) Object.assign(chat, { stream: true, stream_options: { include_usage: true } })
  return { chat, echo: echoOf(fields) }
}

/**
 * The chat of which vLLM makes the same prompt as of a question of `/v1/responses`.
 * Source: vLLM 0.32.0, `vllm/entrypoints/openai/responses/`, `construct_input_messages` and `build_chat_params`.
 * @throws Refusal for what has no equal in a chat
 */
export function toPromptChat(body: Buffer): object {
  const fields = readQuestion(schemas().questionFields, body)
  const { input, tools, truncation, reasoning, chat_template_kwargs, cache_salt } = fields
  const { previous_response_id } = withoutEqual
  refuseGiven(fields, { previous_response_id })
  if (isGiven(truncation) && truncation !== 'disabled') throw unsayable('truncation', 'what is left out is not known')
  const status = typeof input === 'string' ? undefined : input.at(-1)?.['status']
  if (status === 'in_progress' || status === 'incomplete') throw unsayable('input', 'its last item is continued')
  return {
    messages: toChatMessages(fields, { keepsDevelopers: true }),
    ...(isGiven(tools) && tools.length > 0 ? { tools: toChatTools(tools) } : {}),
    ...given({ reasoning_effort: reasoning?.effort, chat_template_kwargs, cache_salt }),
  }
}

/** Fields that chat completions say in other words or not at all. */
const ownFields = [
  'input',
  'instructions',
  'max_output_tokens',
  'text',
  'reasoning',
  'metadata',
  'include',
  'truncation',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'stream',
  'stream_options',
]

function refuseValues({ include, truncation, stream_options: options, reasoning }: QuestionFields): void {
  for (const addition of include ?? []) {
    if (!harmlessAdditions.has(addition)) throw unsayable('include', `"${addition}" cannot be added to an answer`)
  }
  if (isGiven(truncation) && truncation !== 'disabled') throw unsayable('truncation', 'nothing shortens the input')
  if (options?.include_obfuscation === true) throw unsayable('stream_options', 'events are not padded')
  const summary = reasoning?.summary
  if (isGiven(summary) && summary !== 'auto') throw unsayable('reasoning.summary', 'reasoning is told in full')
}

function responseFormat(format: NonNullable<NonNullable<QuestionFields['text']>['format']>): object {
  const { type, name, description, schema, strict } = format
  if (type === 'json_object') return { type }
  if (type !== 'json_schema') throw unsayable('text.format', `there is no format "${type}"`)
  return { type, json_schema: given({ name: name ?? 'answer', description, schema: schema ?? {}, strict }) }
}

function toolChoice({ tool_choice: choice }: QuestionFields): unknown {
  if (!isGiven(choice) || typeof choice === 'string') return choice
  if (choice.type === 'function') return { type: 'function', function: { name: choice.name ?? '' } }
  throw unsayable('tool_choice', `there is no choice "${choice.type}"`)
}

function echoOf(fields: QuestionFields): ResponseEcho {
  const { model, text, tools, reasoning } = fields
  return {
    model,
    background: false,
    instructions: fields.instructions ?? null,
    max_output_tokens: fields.max_output_tokens ?? null,
    max_tool_calls: null,
    metadata: fields.metadata ?? {},
    parallel_tool_calls: fields.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: { effort: reasoning?.effort ?? null, summary: null },
    service_tier: 'default',
    store: false,
    temperature: fields.temperature ?? 1,
    text: { format: text?.format ?? { type: 'text' } },
    tool_choice: fields.tool_choice ?? 'auto',
    tools: tools ?? [],
    top_logprobs: 0,
    top_p: fields.top_p ?? 1,
    truncation: 'disabled',
    user: fields.user ?? null,
  }
}
