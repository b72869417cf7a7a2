import type { ChatMessage } from '../serving/index.ts'

/** The prompt that a chat becomes: the chat template of the simulated model. */
export function renderChat(messages: readonly ChatMessage[], tools?: readonly unknown[]): string {
  const shown = messages.map((message) => `<|${message.role}|>\n${contentText(message)}\n`)
  const offered = tools === undefined ? [] : [`<|tools|>\n${JSON.stringify(tools)}\n`]
  return [...offered, ...shown, '<|assistant|>\n'].join('')
}

function contentText({ content }: ChatMessage): string {
  if (content === undefined || content === null) return ''
  return typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('')
}
