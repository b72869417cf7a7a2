/** A part of a message's content. */
export type ChatPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string; readonly detail?: string } }
  | { readonly type: 'input_audio'; readonly input_audio: unknown }

/** A call of a function, as an assistant's message holds it. */
export interface ChatToolCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

/** A message of a chat. */
export interface ChatMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  readonly content: string | readonly ChatPart[] | null
  readonly tool_calls?: readonly ChatToolCall[]
  readonly tool_call_id?: string
  /** The name that vLLM and llama.cpp both read in a question. */
  readonly reasoning_content?: string
}

/** The content as a plain string where it is one text, which every engine reads; else as parts. */
export function plainContent(parts: readonly ChatPart[]): string | readonly ChatPart[] {
  if (parts.length === 0) return ''
  const [first] = parts
  return parts.length === 1 && first?.type === 'text' ? first.text : parts
}
