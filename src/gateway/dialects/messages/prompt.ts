import type { z } from 'zod'
import { Refusal } from '../../data-plane/refusal.ts'
import { plainContent, type ChatMessage, type ChatPart, type ChatToolCall } from '../chat/index.ts'
import { unsayable } from '../read-question.ts'
import { schemas, type Blocks, type MessageFields, type PromptFields, type ToolFields } from './question-fields.ts'
import { given, isGiven } from '../given.ts'

interface Block {
  readonly type: string
}

/** How a chat is written. */
interface Style {
  /** Whether the text of a failed call says that it failed, since a chat has no mark for it. vLLM leaves it out. */
  readonly marksErrors: boolean
}

/**
 * Claude Code's first block of a system prompt is another one in each request; it would leave nothing of the prompt to be
 * found in a cache, and vLLM drops it too.
 */
const billingHeader = 'x-anthropic-billing-header'

/**
 * The messages of a chat that say the same. Texts are put together as vLLM 0.32 does it (`AnthropicServingMessages`), so
 * that a conversation has one prompt, whoever translates it.
 */
export function toChatMessages(
  { system, messages }: PromptFields,
  style: Style = { marksErrors: true },
): readonly ChatMessage[] {
  const chat: ChatMessage[] = []
  const instructions = typeof system === 'string' ? system : systemText(system ?? [], 'system')
  if (instructions !== '') chat.push({ role: 'system', content: instructions })
  for (const [index, message] of messages.entries()) chat.push(...toChatMessage(message, `messages.${index}`, style))
  if (chat.at(-1)?.role === 'assistant') {
    throw unsayable('messages', 'an answer cannot be begun by a last message of the assistant')
  }
  return chat
}

/** The tools as functions. */
export function toChatTools(tools: readonly ToolFields[]): readonly object[] {
  return tools.map(({ type, name, description, input_schema: schema, strict }, index) => {
    if (isGiven(type) && type !== 'custom') throw unsayable(`tools.${index}.type`, `there is no tool "${type}"`)
    if (!isGiven(schema)) {
      throw new Refusal('bad_request', `The tool "${name}" has no input_schema.`, {
        param: `tools.${index}.input_schema`,
      })
    }
    const parameters = 'type' in schema ? schema : { ...schema, type: 'object' }
    return { type: 'function', function: given({ name, description, parameters, strict }) }
  })
}

function toChatMessage({ role, content }: MessageFields, path: string, style: Style): readonly ChatMessage[] {
  if (typeof content === 'string') return [{ role, content }]
  if (role === 'system') {
    const text = systemText(content, `${path}.content`)
    return text === '' ? [] : [{ role, content: text }]
  }
  return role === 'assistant' ? [assistantMessage(content, path)] : userMessages(content, path, style)
}

const systemText = (blocks: readonly Block[], path: string): string =>
  textsOf(blocks, path)
    .filter((text) => !text.startsWith(billingHeader))
    .join('')

function assistantMessage(content: readonly Block[], path: string): ChatMessage {
  const texts: ChatPart[] = []
  const thoughts: string[] = []
  const calls: ChatToolCall[] = []
  for (const [index, block] of content.entries()) {
    const at = `${path}.content.${index}`
    if (block.type === 'text') {
      addText(texts, read('text', block, at).text)
    } else if (block.type === 'thinking') {
      thoughts.push(read('thinking', block, at).thinking)
    } else if (block.type === 'tool_use') {
      const { id, name, input } = read('tool_use', block, at)
      calls.push({ id, type: 'function', function: { name, arguments: JSON.stringify(input) } })
    } else {
      throw unsayable(at, `a message of the assistant holds no block "${block.type}"`)
    }
  }
  return {
    role: 'assistant',
    content: texts.length === 0 && calls.length > 0 ? null : plainContent(texts),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(thoughts.length === 0 ? {} : { reasoning_content: thoughts.join('') }),
  }
}

/** Results of tools are messages of their own, before what the user says beside them. */
function userMessages(content: readonly Block[], path: string, style: Style): readonly ChatMessage[] {
  const results: ChatMessage[] = []
  const parts: ChatPart[] = []
  for (const [index, block] of content.entries()) {
    const at = `${path}.content.${index}`
    if (block.type === 'text') {
      addText(parts, read('text', block, at).text)
    } else if (block.type === 'image') {
      parts.push({ type: 'image_url', image_url: { url: imageUrl(block, at) } })
    } else if (block.type === 'tool_result') {
      results.push(toolMessage(block, at, style))
    } else {
      throw unsayable(at, `a message of the user holds no block "${block.type}"`)
    }
  }
  return parts.length === 0 && results.length > 0
    ? results
    : [...results, { role: 'user', content: plainContent(parts) }]
}

function addText(parts: ChatPart[], text: string): void {
  if (text !== '') parts.push({ type: 'text', text })
}

function toolMessage(block: Block, at: string, { marksErrors }: Style): ChatMessage {
  const { tool_use_id: id, content, is_error: isError } = read('tool_result', block, at)
  const text = typeof content === 'string' ? content : textsOf(content ?? [], `${at}.content`).join('\n')
  // Unless the text says so already.
  const isSaid = !marksErrors || isError !== true || /^\W*error/i.test(text)
  return { role: 'tool', tool_call_id: id, content: isSaid ? text : `Error: ${text}` }
}

function imageUrl(block: Block, at: string): string {
  const { source } = read('image', block, at)
  if (source.type === 'file') throw unsayable(`${at}.source`, 'there are no uploaded files')
  return source.type === 'url' ? source.url : `data:${source.media_type};base64,${source.data}`
}

function textsOf(content: readonly Block[], path: string): readonly string[] {
  return content.map((block, index) => {
    if (block.type === 'text') return read('text', block, `${path}.${index}`).text
    throw unsayable(`${path}.${index}`, `only text can stand here, no block "${block.type}"`)
  })
}

function read<Type extends keyof Blocks>(type: Type, block: Block, at: string): z.output<Blocks[Type]> {
  const { success, data, error } = schemas().blocks[type].safeParse(block)
  if (success) return data as z.output<Blocks[Type]>
  const [issue] = error.issues
  const param = [at, ...(issue?.path ?? []).map(String)].join('.')
  throw new Refusal('bad_request', `The field "${param}" is not understood: ${issue?.message ?? ''}.`, { param })
}
