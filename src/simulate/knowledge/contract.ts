import type { KvListener } from '../../engines/index.ts'
import type { Prompt } from '../prepare-prompts.ts'

/** What a scheduler knows of what replicas hold. */
export interface PrefixKnowledge {
  /** Writes how many tokens of a prompt each replica is taken to hold from its beginning on. */
  match(prompt: Prompt, into: Int32Array): void
  /** A replica is sent a prompt. */
  sent(prompt: Prompt, place: number): void
  /** A replica has computed a prompt. */
  computed(prompt: Prompt, place: number): void
  /** A replica is another one from now on, which holds nothing. */
  forget(place: number): void
  /** Who is told of a replica's blocks, when anybody is. */
  listenerFor(place: number): KvListener | undefined
}

/** How prompts are cut, and how much there is. */
export interface KnowledgeSize {
  readonly replicas: number
  /** Tokens of a unit of a prompt, and of a block of the engine. */
  readonly unitTokens: number
  readonly blockTokens: number
  /** Tokens that each replica is taken to hold of what it was sent. */
  readonly indexTokens: number
}

/** Tokens that an engine finds at the most when it holds so many of a prompt: whole blocks, and not the last token. */
export function usableTokens(held: number, promptTokens: number, blockTokens: number): number {
  const most = Math.floor((promptTokens - 1) / blockTokens) * blockTokens
  return Math.max(0, Math.min(held, most))
}
