import type { BodyMemory } from './body-memory.ts'
import { collectBody, type WholeBodyReceiver } from './collect-body.ts'
import type { ExchangeRequest } from './data-plane.ts'
import { collectForm, type FormBody } from './form/index.ts'
import type { Refusal } from './refusal.ts'

/** What a client asks, as far as it is needed before an engine gets it. */
export type CollectedQuestion = JsonBody | { readonly kind: 'none' } | FormBody

/** A body that should be JSON. */
export interface JsonBody {
  readonly kind: 'json'
  readonly bytes: Buffer
  /** Where the bytes are; null where nobody waits for it. */
  readonly memory: BodyMemory | null
}

/** Who waits for a question: JSON comes as a whole body; `onBodyTooLarge` may come late, while a form flows through. */
export interface QuestionReceiver extends WholeBodyReceiver {
  onQuestion(question: CollectedQuestion): void
  onRefused(refusal: Refusal): void
}

/** Collects what the route of a request needs to see of it. */
export function collectQuestion(
  { request, bodyKind }: Pick<ExchangeRequest, 'request' | 'bodyKind'>,
  limitBytes: number,
  receiver: QuestionReceiver,
): void {
  if (bodyKind === 'none') {
    request.discard(limitBytes)
    receiver.onQuestion({ kind: 'none' })
    return
  }
  if (bodyKind === 'form') {
    collectForm(request, limitBytes, {
      onForm: (form) => receiver.onQuestion(form),
      onRefused: (refusal) => receiver.onRefused(refusal),
      onBodyTooLarge: () => receiver.onBodyTooLarge(),
    })
    return
  }
  collectBody(request, limitBytes, receiver)
}
