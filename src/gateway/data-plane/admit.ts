import { BodilessQuestion } from './bodiless-question.ts'
import type { CollectedQuestion } from './collect-question.ts'
import type { ExchangeRequest } from './data-plane.ts'
import { FormQuestion } from './form-question.ts'
import { readFormField } from './form/index.ts'
import { inspectBody } from './inspect-body.ts'
import { JsonQuestion } from './json-question.ts'
import type { ModelCatalogue } from './model-catalogue.ts'
import { queryModelOf } from './query-model.ts'
import type { Question } from './question.ts'
import { Refusal } from './refusal.ts'
import type { ServedModel } from './served-model.ts'

/** A request that may go to an engine. */
export interface Admitted {
  readonly model: ServedModel
  /** The LoRA adapter of it that is asked for; null for the model itself. */
  readonly adapter: string | null
  /** Models that may answer in its place when none of its replicas can, in this order. */
  readonly fallbacks: readonly ServedModel[]
  /** What the engine is to read. */
  readonly question: Question
  /** Whether it asks for a stream. */
  readonly isStream: boolean
}

type Asked = Pick<ExchangeRequest, 'translation' | 'pathModel' | 'owner' | 'enginePath' | 'isUnknownPath'>

/**
 * Finds out which model is meant, whether the key may use it, and what the engine is to read.
 * @throws Refusal
 */
export function admit(collected: CollectedQuestion, asked: Asked, catalogue: ModelCatalogue): Admitted {
  const { named, question, isStream } = read(collected, asked)
  const { owner } = asked
  const isAllowed = (model: ServedModel) => owner?.models?.has(model.name) !== false
  const { model, adapter } = chooseModel(named, asked, catalogue, isAllowed)
  return { model, adapter, fallbacks: fallbacksOf(model, catalogue).filter(isAllowed), question, isStream }
}

/** What a question says of itself. */
interface ReadQuestion extends Pick<Admitted, 'question' | 'isStream'> {
  /** The model that it names. */
  readonly named: string | null
}

function read(collected: CollectedQuestion, { translation, enginePath, isUnknownPath }: Asked): ReadQuestion {
  if (collected.kind === 'none') {
    return { named: queryModelOf(enginePath), question: new BodilessQuestion(enginePath), isStream: false }
  }
  if (collected.kind === 'form') {
    return {
      named: readFormField(collected, 'model'),
      question: new FormQuestion(collected, enginePath),
      isStream: /^true$/i.test(readFormField(collected, 'stream') ?? ''),
    }
  }
  const inspected = inspectBody(collected.bytes)
  return {
    named: inspected.model ?? queryModelOf(isUnknownPath ? enginePath : ''),
    question: new JsonQuestion(collected, inspected, enginePath, isUnknownPath),
    isStream: inspected.isStream && translation?.canStream !== false,
  }
}

function chooseModel(
  named: string | null,
  { translation, pathModel, isUnknownPath }: Asked,
  catalogue: ModelCatalogue,
  isAllowed: (model: ServedModel) => boolean,
): Pick<Admitted, 'model' | 'adapter'> {
  const isOptional = translation?.isModelOptional === true || (isUnknownPath && catalogue.models.length === 1)
  const fallback = isOptional ? (catalogue.models[0]?.name ?? null) : null
  const name = pathModel ?? named ?? fallback
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
  return { model, adapter: model.adapterNamed(name) }
}

const none: readonly ServedModel[] = []

function fallbacksOf({ model }: ServedModel, catalogue: ModelCatalogue): readonly ServedModel[] {
  const { fallbackModels } = model.routing
  if (fallbackModels.length === 0) return none
  const fallbacks = fallbackModels.flatMap((name) => catalogue.find(name) ?? [])
  return [...new Set(fallbacks)].filter((fallback) => fallback.model !== model)
}
