import type { ExchangeRequest } from './data-plane.ts'
import { inspectBody, nameModel } from './inspect-body.ts'
import type { ModelCatalogue } from './model-catalogue.ts'
import { Refusal } from './refusal.ts'
import type { ServedModel } from './served-model.ts'

/** A request that may go to an engine. */
export interface Admitted {
  readonly model: ServedModel
  /** What the engine is to read. */
  readonly body: Buffer
  /** Whether it asks for a stream. */
  readonly isStream: boolean
}

/**
 * Finds out which model is meant, whether the key may use it, and what the engine is to read.
 * @throws Refusal
 */
export function admit(
  body: Buffer,
  { translation, pathModel, owner }: Pick<ExchangeRequest, 'translation' | 'pathModel' | 'owner'>,
  catalogue: ModelCatalogue,
): Admitted {
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
  return { model, body: nameModel(question, inspected, model.engineName), isStream: inspected.isStream }
}
