import { renderChat, simulatedVocabulary, tokenBytes, type SimulatedMessage } from '../../engines/index.ts'
import { layTokenBytes, type RenderedChat } from '../../scheduling/index.ts'
import type { Prompting } from './prompting-data.ts'

/** The simulated engine has no files: its template and its vocabulary are code that it shares with the gateway. */
export const simulatedPrompting: Prompting = {
  template: { render: (request) => render(request) },
  promptBytes: (prompt) => Buffer.from(prompt),
  images: null,
}

/** The bytes of the simulated engine's tokens. */
export const simulatedTokens = () =>
  layTokenBytes(new Map(simulatedVocabulary.map((text, id) => [id, Buffer.from(text)])), tokenBytes)

interface ChatFields {
  readonly messages?: unknown
  readonly tools?: unknown
  readonly tool_choice?: unknown
}

function render(request: unknown): RenderedChat {
  const { messages, tools, tool_choice: choice } = (request ?? {}) as ChatFields
  if (!Array.isArray(messages)) return { kind: 'none', reason: 'the request has no messages that can be read' }
  const isOffered = Array.isArray(tools) && tools.length > 0 && choice !== 'none'
  const text = renderChat(messages as SimulatedMessage[], isOffered ? (tools as unknown[]) : undefined)
  return { kind: 'prompt', text, isCut: false, images: [] }
}
