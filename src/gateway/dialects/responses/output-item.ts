import { randomUUID } from 'node:crypto'
import type { StartedPart } from '../chat/index.ts'

/** An event, its sequence number left out. */
export type ItemEvent = Readonly<Record<string, unknown>> & { readonly type: string }

type Status = 'in_progress' | 'completed'

const prefixes = { reasoning: 'rs', text: 'msg', call: 'fc' } as const

/** One item of a response's output, and the events that tell how it grows. */
export class OutputItem {
  readonly kind: StartedPart['kind']
  readonly #part: StartedPart
  readonly #id: string
  readonly #index: number
  #text = ''

  constructor(part: StartedPart, index: number) {
    this.kind = part.kind
    this.#part = part
    this.#id = `${prefixes[part.kind]}_${randomUUID().replaceAll('-', '')}`
    this.#index = index
  }

  /** The item with what it has grown to. */
  whole(status: Status): object {
    const part = this.#part
    if (part.kind === 'call') {
      const { id: call_id, name } = part
      return { id: this.#id, type: 'function_call', status, call_id, name, arguments: this.#text }
    }
    const content = status === 'completed' ? [this.#contentPart()] : []
    if (part.kind === 'reasoning') return { id: this.#id, type: 'reasoning', status, summary: [], content }
    return { id: this.#id, type: 'message', status, role: 'assistant', content }
  }

  opening(): readonly ItemEvent[] {
    const added = { type: 'response.output_item.added', output_index: this.#index, item: this.whole('in_progress') }
    if (this.kind === 'call') return [added]
    return [added, { type: 'response.content_part.added', ...this.#place(), part: this.#contentPart() }]
  }

  grow(delta: string): ItemEvent {
    this.#text += delta
    return { type: `${this.#eventName()}.delta`, ...this.#place(), delta, ...this.#noLogprobs() }
  }

  closing(): readonly ItemEvent[] {
    const done = { type: 'response.output_item.done', output_index: this.#index, item: this.whole('completed') }
    const type = `${this.#eventName()}.done`
    const part = this.#part
    if (part.kind === 'call') {
      return [{ type, ...this.#place(), name: part.name, arguments: this.#text }, done]
    }
    return [
      { type, ...this.#place(), text: this.#text, ...this.#noLogprobs() },
      { type: 'response.content_part.done', ...this.#place(), part: this.#contentPart() },
      done,
    ]
  }

  #eventName(): string {
    if (this.kind === 'call') return 'response.function_call_arguments'
    return this.kind === 'reasoning' ? 'response.reasoning_text' : 'response.output_text'
  }

  #place(): object {
    const place = { item_id: this.#id, output_index: this.#index }
    return this.kind === 'call' ? place : { ...place, content_index: 0 }
  }

  #contentPart(): object {
    if (this.kind === 'reasoning') return { type: 'reasoning_text', text: this.#text }
    return { type: 'output_text', text: this.#text, annotations: [], logprobs: [] }
  }

  #noLogprobs(): object {
    return this.kind === 'text' ? { logprobs: [] } : {}
  }
}
