import {
  imagePiece,
  imagePlace,
  imagesOf,
  imageToken,
  renderChat,
  simulatedVocabulary,
  tokenBytes,
  type SimulatedMessage,
} from '../../engines/index.ts'
import { layTokenBytes, type RenderedChat, type TokenBytes } from '../../scheduling/index.ts'
import type { Prompting } from './prompting-data.ts'

/** The simulated engine has no files: its template and its vocabulary are code that it shares with the gateway. */
export const simulatedPrompting: Prompting = {
  template: { render: (request) => render(request) },
  promptBytes: (prompt) => Buffer.from(prompt),
  // Of images the simulated model sees those that clients name.
  images: { placeholder: imagePlace, before: '', after: '', piece: imagePiece, token: imageToken, model: '' },
}

/** The bytes of the simulated engine's tokens. */
export const simulatedTokens = (): TokenBytes => ({
  ...layTokenBytes(new Map(simulatedVocabulary.map((text, id) => [id, Buffer.from(text)])), tokenBytes),
  imageToken,
})

interface ChatFields {
  readonly messages?: unknown
  readonly tools?: unknown
  readonly tool_choice?: unknown
}

function render(request: unknown): RenderedChat {
  const { messages, tools, tool_choice: choice } = (request ?? {}) as ChatFields
  if (!Array.isArray(messages)) return { kind: 'none', reason: 'the request has no messages that can be read' }
  const isOffered = Array.isArray(tools) && tools.length > 0 && choice !== 'none'
  try {
    const text = renderChat(messages as SimulatedMessage[], isOffered ? (tools as unknown[]) : undefined)
    const images = imagesOf(messages as SimulatedMessage[]).map(({ uuid }) => ({ uuid }))
    return { kind: 'prompt', text, isCut: false, images }
  } catch {
    return { kind: 'none', reason: 'the request has messages that are none' }
  }
}
