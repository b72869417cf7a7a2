import type { ExchangeRequest } from './data-plane.ts'
import { inspectBody } from './inspect-body.ts'
import type { ModelCatalogue } from './model-catalogue.ts'
import { Question } from './question.ts'
import { Refusal } from './refusal.ts'
import type { ServedModel } from './served-model.ts'

/** A request that may go to an engine. */
export interface Admitted {
  readonly model: ServedModel
  /** Models that may answer in its place when none of its replicas can, in this order. */
  readonly fallbacks: readonly ServedModel[]
  /** What the engine is to read. */
  readonly question: Question
  /** Whether it asks for a stream. */
  readonly isStream: boolean
}

/**
 * Finds out which model is meant, whether the key may use it, and what the engine is to read.
 * @throws Refusal
 */
export function admit(
  body: Buffer,
  asked: Pick<ExchangeRequest, 'translation' | 'pathModel' | 'owner' | 'enginePath'>,
  catalogue: ModelCatalogue,
): Admitted {
  const { translation, pathModel, owner, enginePath } = asked
  const question = translation === null ? body : translation.question(body)
  const inspected = inspectBody(question)
  const fallback = translation?.isModelOptional === true ? (catalogue.models[0]?.name ?? null) : null
  const name = pathModel ?? inspected.model ?? fallback
  const isAllowed = (model: ServedModel) => owner?.models?.has(model.name) !== false
  if (name === null) {
    const names = catalogue.models.filter(isAllowed).flatMap((model) => model.names)
    const message = `The field "model" is missing. Models here: ${names.join(', ')}.`
    throw new Refusal('bad_request', message, { param: 'model' })
  }
  const model = catalogue.require(name, isAllowed)
  if (!isAllowed(model)) {
    throw new Refusal('permission_denied', `This key may not use the model ${JSON.stringify(name)}.`, {
      param: 'model',
    })
  }
  return {
    model,
    fallbacks: fallbacksOf(model, catalogue).filter(isAllowed),
    question: new Question(question, inspected, enginePath),
    isStream: inspected.isStream,
  }
}

const none: readonly ServedModel[] = []

function fallbacksOf({ model }: ServedModel, catalogue: ModelCatalogue): readonly ServedModel[] {
  const { fallbackModels } = model.routing
  if (fallbackModels.length === 0) return none
  const fallbacks = fallbackModels.flatMap((name) => catalogue.find(name) ?? [])
  return [...new Set(fallbacks)].filter((fallback) => fallback.model !== model)
}
