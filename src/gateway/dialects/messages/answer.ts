import { randomUUID } from 'node:crypto'
import { anthropicErrorType, errorEvent } from '../../data-plane/error-body.ts'
import { Refusal } from '../../data-plane/refusal.ts'
import type { AnswerTranslation } from '../../data-plane/translation.ts'
import {
  AnswerParts,
  readChatAnswer,
  readChatChunk,
  readEngineError,
  type ChatDelta,
  type ChatEnd,
  type ChatUsage,
  type PartSink,
  type StartedPart,
} from '../chat/index.ts'
import type { MessageOptions } from './question.ts'

/** Why an answer ended, by the engine's reason. */
const stopReasons: { readonly [reason: string]: string } = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  function_call: 'tool_use',
  content_filter: 'refusal',
}

const newId = (prefix: string): string => `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 24)}`

/** One chat completion as a message; the events of a stream add up to what a whole answer says. */
export class MessageAnswer implements AnswerTranslation, PartSink {
  readonly #options: MessageOptions
  readonly #id = newId('msg')
  readonly #parts = new AnswerParts(this, () => newId('toolu'))
  #model: string
  #isStarted = false
  /** Content blocks so far; the last one may be open. */
  readonly #content: { block: Record<string, unknown>; text: string }[] = []
  #isHidden = false
  #end: ChatEnd | null = null
  #usage: ChatUsage | null = null
  #isOver = false
  #events = ''

  constructor(options: MessageOptions) {
    this.#options = options
    this.#model = options.model
  }

  whole(body: Buffer): string {
    this.#take(readChatAnswer(body))
    this.#parts.end()
    return JSON.stringify({
      ...this.#message(),
      content: this.#content.map(toBlock),
      ...this.#stop(),
      usage: this.#count(),
    })
  }

  event(data: string): string {
    if (data !== '[DONE]') this.#take(readChatChunk(data))
    return this.#flush()
  }

  endOfEvents(): string {
    if (this.#isOver) return ''
    if (this.#end === null) {
      throw new Refusal('upstream_died', 'The engine broke off before the answer was complete.')
    }
    this.#isOver = true
    this.#parts.end()
    this.#add('message_delta', { delta: this.#stop(), usage: this.#count() })
    this.#add('message_stop', {})
    return this.#flush()
  }

  failure(refusal: Refusal): string {
    return errorEvent(refusal, 'anthropic')
  }

  error(status: number, body: Buffer): string {
    return messageError(status, body)
  }

  start(part: StartedPart): void {
    this.#isHidden = part.kind === 'reasoning' && !this.#options.tellsThoughts
    if (this.#isHidden) return
    const block = emptyBlock(part)
    this.#content.push({ block, text: '' })
    this.#add('content_block_start', { index: this.#content.length - 1, content_block: block })
  }

  add(text: string): void {
    const open = this.#content.at(-1)
    if (this.#isHidden || open === undefined) return
    open.text += text
    this.#add('content_block_delta', { index: this.#content.length - 1, delta: deltaOf(open.block, text) })
  }

  stop(): void {
    if (!this.#isHidden) this.#add('content_block_stop', { index: this.#content.length - 1 })
  }

  #take(delta: ChatDelta): void {
    this.#model = delta.model ?? this.#model
    this.#usage = delta.usage ?? this.#usage
    if (!this.#isStarted) {
      this.#isStarted = true
      const nothing = { content: [], stop_reason: null, stop_sequence: null, usage: this.#count() }
      this.#add('message_start', { message: { ...this.#message(), ...nothing } })
    }
    this.#parts.take(delta)
    this.#end = delta.end ?? this.#end
  }

  #message(): Record<string, unknown> {
    return { id: this.#id, type: 'message', role: 'assistant', model: this.#model }
  }

  #stop(): { readonly stop_reason: string; readonly stop_sequence: string | null } {
    const { finishReason, stopString } = this.#end ?? { finishReason: 'stop', stopString: null }
    const isString = finishReason === 'stop' && stopString !== null
    // Some engines end a turn of calls with `stop`.
    const hasCalls = this.#content.some(({ block }) => block['type'] === 'tool_use')
    const reason = finishReason === 'stop' && hasCalls ? 'tool_use' : (stopReasons[finishReason] ?? 'end_turn')
    return { stop_reason: isString ? 'stop_sequence' : reason, stop_sequence: isString ? stopString : null }
  }

  /** Cached tokens are counted apart from the others. */
  #count(): Record<string, number> {
    const { inputTokens, cachedTokens, outputTokens } = this.#usage ?? {
      inputTokens: 0,
      cachedTokens: 0,
      outputTokens: 0,
    }
    return {
      input_tokens: Math.max(0, inputTokens - cachedTokens),
      output_tokens: outputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: cachedTokens,
    }
  }

  #add(type: string, fields: Readonly<Record<string, unknown>>): void {
    this.#events += `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
  }

  #flush(): string {
    const events = this.#events
    this.#events = ''
    return events
  }
}

/** An engine's refusal as Anthropic's clients read it. */
export function messageError(status: number, body: Buffer): string {
  const message = readEngineError(status, body)
  return JSON.stringify({ type: 'error', error: { type: anthropicErrorType(status), message } })
}

function emptyBlock(part: StartedPart): Record<string, unknown> {
  if (part.kind === 'call') return { type: 'tool_use', id: part.id, name: part.name, input: {} }
  return part.kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '', signature: '' }
}

function deltaOf({ type }: Readonly<Record<string, unknown>>, text: string): Record<string, unknown> {
  if (type === 'tool_use') return { type: 'input_json_delta', partial_json: text }
  return type === 'text' ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text }
}

function toBlock({ block, text }: { readonly block: Record<string, unknown>; readonly text: string }): unknown {
  if (block['type'] !== 'tool_use') return { ...block, [block['type'] === 'text' ? 'text' : 'thinking']: text }
  try {
    return { ...block, input: text === '' ? {} : JSON.parse(text) }
  } catch (error) {
    throw new Refusal('upstream_error', 'The model called a tool with arguments that are no JSON.', { cause: error })
  }
}
