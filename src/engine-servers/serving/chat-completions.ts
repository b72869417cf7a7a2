import { sendJson, type Exchange } from './exchange.ts'
import { collectAnswer, transferOf } from './collect-answer.ts'
import { parseChatCompletion } from './parse-generation.ts'
import { streamAnswer, type ChunkShape } from './stream-answer.ts'

/** `POST /v1/chat/completions`. */
export async function handleChatCompletion(exchange: Exchange): Promise<void> {
  const id = `chatcmpl-${exchange.requestId}`
  const parsed = parseChatCompletion(exchange.body, exchange.backend, id)
  const envelope = (object: string) => ({
    id,
    object,
    created: Math.floor(Date.now() / 1000),
    model: parsed.answer.model,
  })
  if (parsed.answer.stream) {
    await streamAnswer(exchange, parsed, { envelope: envelope('chat.completion.chunk'), ...chunks })
    return
  }
  const { texts, results, usage } = await collectAnswer(exchange, parsed)
  sendJson(exchange.response, 200, {
    ...envelope('chat.completion'),
    choices: results.map((result, index) => ({
      index,
      message: { role: 'assistant', content: texts[index] ?? '', refusal: null },
      logprobs: null,
      finish_reason: result.finishReason,
      stop_reason: result.stopReason ?? null,
    })),
    usage,
    ...transferOf(results),
  })
}

const chunks: Omit<ChunkShape, 'envelope'> = {
  opening: (index) => ({ index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }),
  text: (index, content) => ({ index, delta: { content }, logprobs: null, finish_reason: null }),
  ending: (index, { finishReason, stopReason }) => ({
    index,
    delta: { content: '' },
    logprobs: null,
    finish_reason: finishReason,
    stop_reason: stopReason ?? null,
  }),
}
