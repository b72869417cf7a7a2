/**
 * Means of testing dialects: recordings of engines that speak them, chats in an engine's own words, and a reader of whole
 * event streams.
 */
import { Refusal } from '../../data-plane/refusal.ts'
import recorded from './recordings.json' with { type: 'json' }

/** What real engines answered; `source` says which, and what was replaced. */
export const recordings = recorded

/** One chunk of a streamed chat completion. */
export function chunk(delta: object, more: object = {}, usage?: object): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: null, ...more }]
  const envelope = { id: 'chatcmpl-0', object: 'chat.completion.chunk', created: 0, model: 'tiny' }
  return `data: ${JSON.stringify({ ...envelope, choices, ...(usage === undefined ? {} : { usage }) })}\n\n`
}

/** The chunk that tells the usage, and the end. */
export function ending(usage: object): string {
  const envelope = { id: 'chatcmpl-0', object: 'chat.completion.chunk', created: 0, model: 'tiny', choices: [] }
  return `data: ${JSON.stringify({ ...envelope, usage })}\n\ndata: [DONE]\n\n`
}

/** An event as a client reads it. */
export interface ReadEvent {
  readonly event: string
  readonly data: Record<string, unknown>
}

/** Whole events of a stream. */
export function readEvents(text: string): readonly ReadEvent[] {
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      const [, name = '', data = ''] = /^event: ([^\n]*)\ndata: ([^\n]*)$/.exec(event) ?? []
      return { event: name, data: JSON.parse(data) as Record<string, unknown> }
    })
}

/** A text with every identifier of ours replaced by its kind. */
export function withoutIdentifiers(text: string): string {
  return text
    .replaceAll(/"(msg|resp|rs|fc|toolu|call)_[0-9a-f]{24,32}"/g, '"$1_0"')
    .replaceAll(/"(created|completed)_at":\d+/g, '"$1_at":0')
}

/** The refusal that `act` throws. */
export function catchRefusal(act: () => unknown): Refusal {
  try {
    act()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('nothing was refused')
}
