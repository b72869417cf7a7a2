import type { Attempt } from './attempt.ts'
import type { ServedModel } from './served-model.ts'

/** The field that tells a client of it, where the Fleet says so (`routing.decisionHeader`). */
export const decisionField = 'x-fairlead-decision'

/** Who answered a request, and why. What is not known is absent. */
export interface Decision {
  readonly replica: string
  /** Who computed the prompt, where that was another one. */
  readonly prefill?: string
  /** The model that answered in place of the one that was asked for. */
  readonly fallback?: string
  /** As the Fleet names it. */
  readonly policy: string
  /** What decided. */
  readonly reason?: string
  /** Tokens of the prompt that the replica was taken to hold. */
  readonly held?: number
  /** Tokens of the prompt, as they were taken then. */
  readonly prompt?: number
  /** Milliseconds in the queue. */
  readonly waited: number
  /** Which of the request’s tries it was, from 1 on. */
  readonly attempt: number
}

/**
 * What an attempt that answers was decided by.
 * @param asked the model that was asked for
 */
export function decisionOf(attempt: Attempt, asked: ServedModel | null, waitedMs: number): Decision {
  const { model, replica, prefill, heldTokens, promptTokens } = attempt
  const reason = attempt.choice ?? plainReason(model)
  return {
    replica: replica.id,
    ...(prefill === null ? {} : { prefill: prefill.id }),
    ...(asked === null || asked.name === model.name ? {} : { fallback: model.name }),
    policy: model.model.routing.policy,
    ...(reason === null ? {} : { reason }),
    ...(heldTokens === null ? {} : { held: heldTokens, prompt: promptTokens }),
    waited: Math.round(waitedMs),
    attempt: attempt.number,
  }
}

/** What decides where no policy weighs; null where it would have, and the same replica was asked again. */
function plainReason({ hasChoice, router, takesTurns }: ServedModel): string | null {
  if (!hasChoice) return 'only-one'
  if (router !== null) return null
  return takesTurns ? 'turn' : 'least-loaded'
}

/** What a string of RFC 8941 (section 3.3.3) cannot say, or says only escaped. */
const unsaid = /[^ !#-[\]-~]/gu
const escaped = (character: string): string =>
  character === '"' || character === '\\' ? `\\${character}` : encodeURIComponent(character.toWellFormed())

/** A decision as a dictionary of RFC 8941 (section 3.2). */
export function decisionText(decision: Decision): string {
  return Object.entries(decision)
    .map(([name, value]) =>
      typeof value === 'number' ? `${name}=${value}` : `${name}="${String(value).replaceAll(unsaid, escaped)}"`,
    )
    .join(', ')
}
