import type { GenerationRequest } from '../../serving/index.ts'

/** Where a prompt's KV blocks are, or will be. */
export interface RemotePrompt {
  /** The engine that has to be there; null where it is not named. */
  readonly engineId: string | null
  /** What the prompt is called there: whoever knows the name, and has the same prompt, may fetch it, once. */
  readonly name: string
  readonly host: string
  readonly port: number
}

/** What a request asks for. */
export type TransferWish =
  | { readonly kind: 'none' }
  /** To compute the prompt only and to keep its blocks for another engine, under a name. */
  | { readonly kind: 'keep'; readonly name: string }
  /** To fetch the prompt's blocks. */
  | { readonly kind: 'fetch'; readonly from: RemotePrompt }
  /** To take what is stored of the prompt in a shared place, and to store the prompt there. */
  | { readonly kind: 'share' }
  /** A transfer, without a word on what or where from. */
  | { readonly kind: 'unusable' }

/** What a kept prompt is. */
export interface KeptPrompt {
  readonly name: string
  readonly blockIds: readonly number[]
  readonly promptTokens: number
  readonly cachedTokens: number
}

/** How an engine is called by others, and where it is. */
export interface EngineAddress {
  readonly id: string
  readonly host: string
  readonly port: number
}

/** `kv_transfer_params`, opaque but to the engines. */
export type TransferParams = Readonly<Record<string, unknown>>

/** Which half of requests an engine does, where requests do not say. */
export type TransferRole = 'prefill' | 'decode'

/** One way of handing prompts over from engine to engine: how requests ask for it, how long who waits, and what is answered. */
export interface Handover {
  /** How long a prompt is kept for whoever fetches it. */
  readonly leaseMs: number
  /** How long a decode waits for its prompt. */
  readonly patienceMs: number
  /** Whether a decode may come before its prompt is computed; it waits for it then. */
  readonly mayComeFirst: boolean
  /** Whether a prefill is answered only when its prompt was fetched, and with an error when nobody came. */
  readonly answersLast: boolean
  /** Whether the engine's id is asked for at a bootstrap server. */
  readonly isAskedFor: boolean
  /** What a request asks for. */
  read(request: GenerationRequest, role: TransferRole | undefined): TransferWish
  /** What the answer of a prefill says; null where it says nothing. */
  answer(prompt: KeptPrompt, engine: EngineAddress): TransferParams | null
}

/** Longest name of a prompt: a request id with an engine's ending. */
export const nameLimit = 1024
