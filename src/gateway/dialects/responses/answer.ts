import { randomUUID } from 'node:crypto'
import { errorBody } from '../../data-plane/error-body.ts'
import { Refusal } from '../../data-plane/refusal.ts'
import type { AnswerTranslation } from '../../data-plane/translation.ts'
import {
  AnswerParts,
  readChatAnswer,
  readChatChunk,
  type ChatDelta,
  type ChatEnd,
  type ChatUsage,
  type PartSink,
  type StartedPart,
} from '../chat/index.ts'
import { OutputItem } from './output-item.ts'
import type { ResponseEcho } from './question.ts'

/** Why an answer is not complete, by the engine's reason. */
const incompleteReasons: { readonly [reason: string]: string } = {
  length: 'max_output_tokens',
  content_filter: 'content_filter',
}

const newId = (prefix: string): string => `${prefix}_${randomUUID().replaceAll('-', '')}`

/** One chat completion as a response; the events of a stream add up to what a whole answer says. */
export class ResponseAnswer implements AnswerTranslation, PartSink {
  readonly #echo: ResponseEcho
  readonly #id = newId('resp')
  readonly #createdAt = Math.floor(Date.now() / 1000)
  readonly #parts = new AnswerParts(this, () => newId('call'))
  readonly #output: OutputItem[] = []
  #model: string
  #isStarted = false
  #end: ChatEnd | null = null
  #usage: ChatUsage | null = null
  #isOver = false
  #sequence = 0
  #events = ''

  constructor(echo: ResponseEcho) {
    this.#echo = echo
    this.#model = echo.model
  }

  whole(body: Buffer): string {
    this.#take(readChatAnswer(body))
    this.#close()
    return JSON.stringify(this.#response(this.#status()))
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
    this.#close()
    const status = this.#status()
    this.#add(`response.${status}`, { response: this.#response(status) })
    return this.#flush()
  }

  /** OpenAI's `error` event with the error beside, as its clients look for either (openai-node 7, core/streaming). */
  failure(refusal: Refusal): string {
    const { code, message, param } = refusal
    const { error } = JSON.parse(errorBody(refusal)) as { readonly error: unknown }
    this.#add('error', { code, message, param, error })
    return this.#flush()
  }

  start(part: StartedPart): void {
    const item = new OutputItem(part, this.#output.length)
    this.#output.push(item)
    for (const { type, ...fields } of item.opening()) this.#add(type, fields)
  }

  add(text: string): void {
    const { type, ...fields } = this.#last().grow(text)
    this.#add(type, fields)
  }

  stop(): void {
    for (const { type, ...fields } of this.#last().closing()) this.#add(type, fields)
  }

  #last(): OutputItem {
    const item = this.#output.at(-1)
    if (item === undefined) throw new Error('a response has no item that could grow')
    return item
  }

  #take(delta: ChatDelta): void {
    this.#model = delta.model ?? this.#model
    this.#usage = delta.usage ?? this.#usage
    if (!this.#isStarted) {
      this.#isStarted = true
      const response = this.#response('in_progress')
      this.#add('response.created', { response })
      this.#add('response.in_progress', { response })
    }
    this.#parts.take(delta)
    this.#end = delta.end ?? this.#end
  }

  /** A response has an output even when the model said nothing. */
  #close(): void {
    this.#parts.end()
    if (this.#output.some(({ kind }) => kind !== 'reasoning')) return
    this.start({ kind: 'text' })
    this.stop()
  }

  #status(): 'completed' | 'incomplete' {
    return incompleteReasons[this.#end?.finishReason ?? ''] === undefined ? 'completed' : 'incomplete'
  }

  #response(status: 'in_progress' | 'completed' | 'incomplete'): object {
    const isOver = status !== 'in_progress'
    const reason = incompleteReasons[this.#end?.finishReason ?? '']
    return {
      id: this.#id,
      object: 'response',
      created_at: this.#createdAt,
      completed_at: status === 'completed' ? Math.floor(Date.now() / 1000) : null,
      status,
      error: null,
      incomplete_details: isOver && reason !== undefined ? { reason } : null,
      ...this.#echo,
      model: this.#model,
      output: isOver ? this.#output.map((item) => item.whole('completed')) : [],
      usage: isOver && this.#usage !== null ? countOf(this.#usage) : null,
    }
  }

  #add(type: string, fields: Readonly<Record<string, unknown>>): void {
    const data = { type, sequence_number: this.#sequence, ...fields }
    this.#sequence += 1
    this.#events += `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
  }

  #flush(): string {
    const events = this.#events
    this.#events = ''
    return events
  }
}

function countOf({ inputTokens, cachedTokens, outputTokens, reasoningTokens }: ChatUsage): object {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: inputTokens + outputTokens,
  }
}
