import type { GenerationRequest } from './contract.ts'
import { collectAnswer, transferOf } from './collect-answer.ts'
import { sendJson, type Exchange } from './exchange.ts'
import { parseCompletion } from './parse-generation.ts'
import { streamAnswer, type ChunkShape } from './stream-answer.ts'

/** `POST /v1/completions`. */
export async function handleCompletion(exchange: Exchange): Promise<void> {
  const id = `cmpl-${exchange.requestId}`
  const parsed = parseCompletion(exchange.body, exchange.backend, id)
  const echoes = parsed.echo ? await Promise.all(parsed.requests.map((request) => promptText(exchange, request))) : []
  const envelope = {
    id,
    object: 'text_completion',
    created: Math.floor(Date.now() / 1000),
    model: parsed.answer.model,
  }
  if (parsed.answer.stream) {
    await streamAnswer(exchange, parsed, { envelope, ...chunks(echoes) })
    return
  }
  const { texts, results, usage } = await collectAnswer(exchange, parsed)
  sendJson(exchange.response, 200, {
    ...envelope,
    choices: results.map((result, index) => ({
      index,
      text: (echoes[index] ?? '') + (texts[index] ?? ''),
      logprobs: null,
      finish_reason: result.finishReason,
      stop_reason: result.stopReason ?? null,
    })),
    usage,
    ...transferOf(results),
  })
}

/** Chunks of a text completion; it has an opening only where the prompt is echoed. */
function chunks(echoes: readonly string[]): Omit<ChunkShape, 'envelope'> {
  const growing = { logprobs: null, finish_reason: null, stop_reason: null }
  return {
    opening: (index) => (echoes[index] === undefined ? undefined : { index, text: echoes[index], ...growing }),
    text: (index, text) => ({ index, text, ...growing }),
    ending: (index, { finishReason, stopReason }) => ({
      index,
      text: '',
      logprobs: null,
      finish_reason: finishReason,
      stop_reason: stopReason ?? null,
    }),
  }
}

async function promptText(exchange: Exchange, request: GenerationRequest): Promise<string> {
  if (request.input.kind !== 'prompt') return ''
  const { prompt } = request.input
  return typeof prompt === 'string' ? prompt : exchange.backend.detokenize(prompt)
}
