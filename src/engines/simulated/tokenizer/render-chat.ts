/** A message of a chat, as far as the simulated model reads it. */
export interface SimulatedMessage {
  readonly role: string
  readonly content?: string | null | readonly { readonly text?: string }[]
}

/** The prompt that a chat becomes: the chat template of the simulated model. */
export function renderChat(messages: readonly SimulatedMessage[], tools?: readonly unknown[]): string {
  const shown = messages.map((message) => `<|${message.role}|>\n${contentText(message)}\n`)
  const offered = tools === undefined ? [] : [`<|tools|>\n${JSON.stringify(tools)}\n`]
  return [...offered, ...shown, '<|assistant|>\n'].join('')
}

function contentText({ content }: SimulatedMessage): string {
  if (content === undefined || content === null) return ''
  return typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('')
}
