import type { ChatMessage } from './contract.ts'
import { checkFields } from './check-fields.ts'
import { invalidValue, malformed, notSupported } from './errors.ts'
import { sendJson, type Exchange } from './exchange.ts'
import { resolveModel } from './parse-generation.ts'
import { detokenizeFields, tokenizeFields } from './request-fields.ts'

/** `POST /tokenize`, in vLLM's shape: a prompt or a chat. */
export async function handleTokenize(exchange: Exchange): Promise<void> {
  const { backend } = exchange
  const fields = checkFields(tokenizeFields, exchange.body)
  resolveModel(fields.model, backend)
  const tokens = fields.messages
    ? await tokenizeChat(exchange, fields.messages as ChatMessage[], fields.tools ?? undefined)
    : await backend.tokenize(fields.prompt ?? missingPrompt())
  sendJson(exchange.response, 200, {
    count: tokens.length,
    max_model_len: backend.contextLength,
    tokens,
    token_strs: fields.return_token_strs ? await Promise.all(tokens.map((token) => backend.detokenize([token]))) : null,
  })
}

/** `POST /detokenize`. */
export async function handleDetokenize(exchange: Exchange): Promise<void> {
  const fields = checkFields(detokenizeFields, exchange.body)
  resolveModel(fields.model, exchange.backend)
  sendJson(exchange.response, 200, { prompt: await exchange.backend.detokenize(fields.tokens) })
}

async function tokenizeChat(exchange: Exchange, messages: readonly ChatMessage[], tools?: readonly unknown[]) {
  if (messages.length === 0) throw invalidValue('Cannot apply chat template to an empty conversation.', 'messages')
  if (exchange.backend.tokenizeChat === undefined) throw notSupported('messages', 'Tokenizing a chat')
  return exchange.backend.tokenizeChat(messages, tools)
}

function missingPrompt(): never {
  throw malformed('body.prompt', 'Field required')
}
