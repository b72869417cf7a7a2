/** A message of a chat, as far as the simulated model reads it. */
export interface SimulatedMessage {
  readonly role: string
  readonly content?: string | null | readonly SimulatedPart[]
}

/** Text, or an image, which the simulated model sees where the client names it (`uuid`), as vLLM's clients may. */
export interface SimulatedPart {
  readonly type?: string
  readonly text?: string
  readonly uuid?: unknown
}

/** Stands in a rendered chat where an image is. */
export const imagePlace = '\u0000image\u0000'

/** The images of a chat, in their order. */
export function imagesOf(
  messages: readonly SimulatedMessage[],
): readonly (SimulatedPart & { readonly uuid: string })[] {
  return messages.flatMap(({ content }) => (Array.isArray(content) ? content.filter((part) => isImage(part)) : []))
}

function isImage(part: SimulatedPart): part is SimulatedPart & { readonly uuid: string } {
  return part.type === 'image_url' && typeof part.uuid === 'string' && part.uuid !== ''
}

/** The prompt that a chat becomes: the chat template of the simulated model. */
export function renderChat(messages: readonly SimulatedMessage[], tools?: readonly unknown[]): string {
  const shown = messages.map((message) => `<|${message.role}|>\n${contentText(message)}\n`)
  const offered = tools === undefined ? [] : [`<|tools|>\n${JSON.stringify(tools)}\n`]
  return [...offered, ...shown, '<|assistant|>\n'].join('')
}

function contentText({ content }: SimulatedMessage): string {
  if (content === undefined || content === null) return ''
  return typeof content === 'string'
    ? content
    : content.map((part) => (isImage(part) ? imagePlace : (part.text ?? ''))).join('')
}
