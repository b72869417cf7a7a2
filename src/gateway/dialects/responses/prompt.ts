import type { z } from 'zod'
import { Refusal } from '../../data-plane/refusal.ts'
import { plainContent, type ChatMessage, type ChatPart } from '../chat/index.ts'
import { unsayable } from '../read-question.ts'
import { schemas, type ItemFields, type QuestionFields, type ToolFields } from './question-fields.ts'
import { given, isGiven } from '../given.ts'

/** How a chat is written. */
interface Style {
  /** Whether developers stay what they are, as in vLLM, though few chat templates know them. */
  readonly keepsDevelopers: boolean
}

/** The messages of a chat that say the same. */
export function toChatMessages(
  { instructions, input }: QuestionFields,
  style: Style = { keepsDevelopers: false },
): readonly ChatMessage[] {
  const chat: ChatMessage[] = []
  if (isGiven(instructions) && instructions !== '') chat.push({ role: 'system', content: instructions })
  if (typeof input === 'string') return [...chat, { role: 'user', content: input }]
  for (const [index, item] of input.entries()) addItem(chat, item, `input.${index}`, style)
  return chat
}

/** The tools as functions. */
export function toChatTools(tools: readonly ToolFields[]): readonly object[] {
  return tools.map(({ type, name, description, parameters, strict }, index) => {
    if (type !== 'function') throw unsayable(`tools.${index}.type`, `there is no tool "${type}"`)
    if (!isGiven(name)) {
      throw new Refusal('bad_request', 'A function has no name.', { param: `tools.${index}.name` })
    }
    return { type: 'function', function: given({ name, description, parameters, strict }) }
  })
}

/**
 * Appends an item. Reasoning, text and calls of one turn are items of their own here, and one message of the assistant
 * in a chat.
 */
function addItem(chat: ChatMessage[], item: ItemFields, at: string, { keepsDevelopers }: Style): void {
  const type = item.type ?? 'message'
  if (type === 'message') {
    const { role, content } = read(schemas().items.message, item, at)
    if (role === 'assistant') extend(chat, { content: assistantText(content, `${at}.content`) })
    else {
      const said = role === 'developer' && !keepsDevelopers ? 'system' : role
      chat.push({ role: said, content: contentOf(content, `${at}.content`) })
    }
  } else if (type === 'function_call') {
    const { call_id: id, name, arguments: text } = read(schemas().items.function_call, item, at)
    extend(chat, { tool_calls: [{ id, type: 'function', function: { name, arguments: text } }] })
  } else if (type === 'function_call_output') {
    const { call_id: id, output } = read(schemas().items.function_call_output, item, at)
    chat.push({ role: 'tool', tool_call_id: id, content: contentOf(output, `${at}.output`) })
  } else if (type === 'reasoning') {
    const { content, summary, encrypted_content: encrypted } = read(schemas().items.reasoning, item, at)
    const told = isGiven(content) && content.length > 0 ? content : (summary ?? [])
    if (told.length === 0 && isGiven(encrypted)) throw unsayable(at, 'encrypted reasoning cannot be read')
    if (told.length > 0) extend(chat, { reasoning_content: told.map(({ text }) => text).join('\n') })
  } else {
    throw unsayable(at, `there is no item "${type}"`)
  }
}

type Turn = Partial<Pick<ChatMessage, 'tool_calls' | 'reasoning_content'>> & { readonly content?: string }

/** Adds to the assistant's message that ends the chat, or begins one. */
function extend(chat: ChatMessage[], { content, tool_calls: calls, reasoning_content: reasoning }: Turn): void {
  const last = chat.at(-1)
  // Text after text, and reasoning after reasoning, begins another message, as in vLLM 0.32, so that a conversation has
  // one prompt, whoever translates it.
  const isFree = content === undefined ? last?.reasoning_content === undefined : last?.content === null
  const isSame = last?.role === 'assistant' && (calls !== undefined || isFree)
  if (isSame) chat.pop()
  const before: ChatMessage = isSame ? last : { role: 'assistant', content: null }
  const allCalls = [...(before.tool_calls ?? []), ...(calls ?? [])]
  chat.push({
    ...before,
    content: content ?? before.content,
    ...(allCalls.length === 0 ? {} : { tool_calls: allCalls }),
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
  })
}

type Content = string | readonly { readonly type: string }[]

function assistantText(content: Content, path: string): string {
  if (typeof content === 'string') return content
  return content
    .map((part, index) => {
      const at = `${path}.${index}`
      if (part.type === 'refusal') return read(schemas().parts.refusal, part, at).refusal
      if (part.type === 'output_text' || part.type === 'input_text') return read(schemas().parts.text, part, at).text
      throw unsayable(at, `a message of the assistant holds no part "${part.type}"`)
    })
    .join('')
}

function contentOf(content: Content, path: string): string | readonly ChatPart[] {
  if (typeof content === 'string') return content
  return plainContent(content.map((part, index) => toChatPart(part, `${path}.${index}`)))
}

function toChatPart(part: { readonly type: string }, at: string): ChatPart {
  if (part.type === 'input_text' || part.type === 'output_text') {
    return { type: 'text', text: read(schemas().parts.text, part, at).text }
  }
  if (part.type === 'input_image') {
    const { image_url: url, detail } = read(schemas().parts.input_image, part, at)
    if (!isGiven(url)) throw unsayable(at, 'there are no uploaded files: send the image as `image_url`')
    return { type: 'image_url', image_url: { url, ...(!isGiven(detail) ? {} : { detail }) } }
  }
  if (part.type === 'input_audio') {
    return { type: 'input_audio', input_audio: read(schemas().parts.input_audio, part, at).input_audio }
  }
  throw unsayable(at, `a message holds no part "${part.type}"`)
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown, at: string): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  const param = [at, ...(issue?.path ?? []).map(String)].join('.')
  throw new Refusal('bad_request', `The field "${param}" is not understood: ${issue?.message ?? ''}.`, { param })
}
