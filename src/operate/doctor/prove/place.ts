import type { Fleet } from '../../../fleet/index.ts'

/** What a chat was answered. */
export interface ChatAnswer {
  readonly status: number
  /** Prompt tokens that the engine had in its cache, where it says so. */
  readonly cachedTokens: number | undefined
  readonly promptTokens: number | undefined
  readonly text: string
  /** Why there was no answer. */
  readonly problem?: string
}

/** A message of a chat. */
export interface ChatMessage {
  readonly role: 'user' | 'assistant'
  readonly content: string
}

/** A gateway that serves, as proofs see it. */
export interface ServingPlace {
  readonly fleet: Fleet
  /** Sends one short chat through the gateway. */
  chat(model: string, messages: readonly ChatMessage[]): Promise<ChatAnswer>
  /** Metrics of the gateway; undefined where they cannot be read. */
  gatewayMetrics(): Promise<string | undefined>
  /** Metrics of every replica of a model that can be reached from here, by its id. */
  engineMetrics(model: string): Promise<ReadonlyMap<string, string>>
  /** Models that are routed by KV events, with what keeps others from it. */
  exactRouting(): Promise<readonly { readonly model: string; readonly state: string; readonly reason: string }[]>
  /** A word that no earlier prompt had, so that nothing is cached by chance. */
  nonce(): string
  /** Waits until counters of what was just answered are there. */
  settle(): Promise<void>
}
