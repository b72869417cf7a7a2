import { readQuestion, refuseGiven, unsayable } from '../read-question.ts'
import { toChatMessages, toChatTools } from './prompt.ts'
import { schemas, type PromptFields, type ToolChoiceFields } from './question-fields.ts'
import { given, isGiven } from '../given.ts'

/** What the translation of an answer needs to know of its question. */
export interface MessageOptions {
  readonly model: string
  /** Whether the model's thoughts are told. */
  readonly tellsThoughts: boolean
}

/** A question for chat completions, and what its answer is translated with. */
export interface ChatQuestion extends MessageOptions {
  readonly chat: Readonly<Record<string, unknown>>
}

const withoutEqual = {
  container: 'there are no containers',
  mcp_servers: 'no MCP servers are called',
  context_management: 'nothing edits the context',
  n: 'an answer has one choice',
}

/**
 * A question of `/v1/messages` for `/v1/chat/completions`.
 * @throws Refusal
 */
export function toChatQuestion(body: Buffer): ChatQuestion {
  const fields = readQuestion(schemas().questionFields, body)
  refuseGiven(fields, withoutEqual)
  const {
    model,
    messages: _messages,
    system: _system,
    tools,
    tool_choice: toolChoice,
    thinking,
    max_tokens,
    stop_sequences: stop,
    stream,
    metadata,
    output_config: output,
    // One tier is all there is.
    service_tier: _serviceTier,
    container: _container,
    mcp_servers: _mcpServers,
    context_management: _contextManagement,
    n: _n,
    ...others
  } = fields
  if (isGiven(thinking) && thinking.type !== 'disabled' && thinking.type !== 'adaptive') {
    throw unsayable('thinking', 'the amount of thinking cannot be set; leave the field out or send {"type":"adaptive"}')
  }
  const chat = {
    ...given(others),
    model,
    messages: toChatMessages(fields),
    max_tokens,
    ...given({ stop, user: metadata?.user_id, reasoning_effort: output?.effort }),
    ...(!isGiven(output?.format) ? {} : { response_format: responseFormat(output.format) }),
    ...toolsOf(fields),
    ...(isGiven(tools) && tools.length > 0 ? choiceOf(toolChoice) : {}),
    ...(stream === true ? { stream: true, stream_options: { include_usage: true } } : {}),
  }
  return { chat, model, tellsThoughts: thinking?.type !== 'disabled' }
}

/**
 * The chat of which vLLM makes the same prompt as of a question of `/v1/messages`.
 * Source: vLLM 0.32.0, `vllm/entrypoints/anthropic/serving.py`, `to_chat_completion_request`.
 * @throws Refusal for what has no equal in a chat
 */
export function toPromptChat(body: Buffer): object {
  const fields = readQuestion(schemas().promptFields, body)
  const { thinking, output_config: output, chat_template_kwargs, cache_salt } = fields
  const effort = thinking?.type === 'disabled' ? 'none' : output?.effort
  return {
    messages: toChatMessages(fields, { marksErrors: false }),
    ...toolsOf(fields),
    ...given({ reasoning_effort: effort, chat_template_kwargs, cache_salt }),
  }
}

const toolsOf = ({ tools }: PromptFields): object =>
  !isGiven(tools) || tools.length === 0 ? {} : { tools: toChatTools(tools) }

function responseFormat(format: { readonly type: string; readonly schema?: unknown }): object {
  if (format.type !== 'json_schema') throw unsayable('output_config.format', `there is no format "${format.type}"`)
  return { type: 'json_schema', json_schema: { name: 'answer', schema: format.schema ?? {}, strict: true } }
}

function choiceOf(choice: ToolChoiceFields | null | undefined): object {
  if (!isGiven(choice)) return {}
  const named = choice.type === 'tool' ? { type: 'function', function: { name: choice.name } } : undefined
  const isSingle = choice.type !== 'none' && choice.disable_parallel_tool_use === true
  return {
    tool_choice: named ?? (choice.type === 'any' ? 'required' : choice.type),
    ...(isSingle ? { parallel_tool_calls: false } : {}),
  }
}
