import type { ContentFormat } from './content-format.ts'

/** Stands where a sound, a video or an image is that has no name: what follows depends on what the engine makes of it. */
export const mediaMark = '\u0000media\u0000'

/** Stands where an image is, for a template that wants text. */
export const imagePlaceholder = '\u0000image\u0000'

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Messages as an engine hands them to a template.
 * Source: vLLM 0.32.0, `vllm/renderers/chat_utils.py`, `_parse_chat_message_content` and `_postprocess_messages`.
 * @param images takes the parts that are images, in their order; null where they are media like any other
 * @returns null for what is no list of messages
 */
export function conversationOf(messages: unknown, format: ContentFormat, images: Fields[] | null): Fields[] | null {
  if (!Array.isArray(messages)) return null
  const conversation: Fields[] = []
  for (const each of messages as unknown[]) {
    if (!isFields(each) || typeof each['role'] !== 'string') return null
    const message = messageOf(each, each['role'], format, images)
    if (message === null) return null
    conversation.push(message)
  }
  return conversation
}

/** Claude Code's first line of a system prompt, another one in each request: vLLM leaves it out. */
const billingHeader = 'x-anthropic-billing-header'

function messageOf(given: Fields, role: string, format: ContentFormat, images: Fields[] | null): Fields | null {
  const said = role === 'system' ? withoutBillingHeader(given['content']) : given['content']
  // Results of tools are text for every template.
  const content = contentOf(said, role === 'tool' && isText(said) ? 'string' : format, images)
  if (content === null) return null
  const message: Record<string, unknown> = { role, content }
  const { tool_calls: calls, name } = given
  if (role === 'assistant') {
    if (Array.isArray(calls) && calls.length > 0)
      message['tool_calls'] = (calls as unknown[]).map((call) => callOf(call))
    const reasoning = given['reasoning'] ?? given['reasoning_content']
    if (typeof reasoning === 'string') {
      message['reasoning'] = reasoning
      message['reasoning_content'] = reasoning
    }
  }
  if (role === 'tool' && given['tool_call_id'] !== undefined) message['tool_call_id'] = given['tool_call_id']
  if (typeof name === 'string') message['name'] = name
  return message
}

function withoutBillingHeader(content: unknown): unknown {
  if (Array.isArray(content)) return (content as unknown[]).map((part) => withoutBillingLine(part)).filter(isFilled)
  return typeof content === 'string' ? (withoutBillingLine(content) ?? '') : content
}

/** @returns undefined where nothing is left of a part */
function withoutBillingLine(part: unknown): unknown {
  const text = isFields(part) && part['type'] === 'text' ? part['text'] : part
  if (typeof text !== 'string' || !text.startsWith(billingHeader)) return part
  const end = text.indexOf('\n')
  const rest = end === -1 ? '' : text.slice(end + 1)
  if (rest === '') return undefined
  return isFields(part) ? { ...part, text: rest } : rest
}

const isFilled = (part: unknown): boolean => part !== undefined

/** Whether nothing but text is in it. */
const isText = (content: unknown): boolean =>
  !Array.isArray(content) || (content as unknown[]).every((part) => textOf(part, null) !== mediaMark)

const isMedia = (text: string): boolean => text === mediaMark || text === imagePlaceholder

function contentOf(content: unknown, format: ContentFormat, images: Fields[] | null): string | Fields[] | null {
  if (typeof content === 'string') return format === 'string' ? content : [{ type: 'text', text: content }]
  const parts = content ?? []
  if (!Array.isArray(parts)) return null
  const texts = (parts as unknown[]).map((part) => textOf(part, images))
  if (format === 'openai') {
    return texts.map((text) => (text === imagePlaceholder ? { type: 'image' } : { type: 'text', text }))
  }
  // Media come before the text of their message, whatever their order.
  return [...texts.filter((text) => isMedia(text)), ...texts.filter((text) => !isMedia(text))].join('\n')
}

function textOf(part: unknown, images: Fields[] | null): string {
  if (typeof part === 'string') return part
  if (!isFields(part)) return mediaMark
  if (images !== null && part['type'] === 'image_url') {
    images.push(part)
    return imagePlaceholder
  }
  const { type, text, refusal } = part
  if (typeof text === 'string' && (type === 'text' || type === 'input_text' || type === 'output_text')) return text
  return type === 'refusal' && typeof refusal === 'string' ? refusal : mediaMark
}

/** A tool call with its arguments as a value, where they are text. */
function callOf(call: unknown): unknown {
  if (!isFields(call) || !isFields(call['function'])) return call
  const given = call['function']['arguments']
  let value: unknown = given
  if (typeof given === 'string') value = given === '' ? {} : JSON.parse(given)
  return { ...call, function: { ...call['function'], arguments: value ?? {} } }
}

/** Tools as an engine hands them to a template: what was left out of a function is there as null. */
export function toolsOf(tools: unknown): unknown[] | null {
  if (!Array.isArray(tools) || tools.length === 0) return null
  return (tools as unknown[]).map((tool) => toolOf(tool))
}

function toolOf(tool: unknown): unknown {
  if (!isFields(tool) || !isFields(tool['function'])) return tool
  const { name, description = null, parameters = null, ...others } = tool['function']
  const { type = 'function', function: _given, ...beside } = tool
  return { type, function: { name, description, parameters, ...others }, ...beside }
}
