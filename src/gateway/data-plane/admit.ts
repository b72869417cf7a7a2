import type { CollectedQuestion } from './collect-question.ts'
import type { ExchangeRequest } from './data-plane.ts'
import { bodyOf, nameModelInForm, readFormField } from './form/index.ts'
import { inspectBody, nameModel, type InspectedBody } from './inspect-body.ts'
import type { ModelCatalogue } from './model-catalogue.ts'
import { nameModelInQuery, queryModelOf } from './query-model.ts'
import { Refusal } from './refusal.ts'
import type { ServedModel } from './served-model.ts'
import type { RequestBody } from './upstream/contract.ts'

/** A request that may go to an engine. */
export interface Admitted {
  readonly model: ServedModel
  /** What the engine is to read, in the client's dialect. */
  readonly body: RequestBody | null
  readonly contentType: string | null
  /** Path and query at the engine, in the client's dialect. */
  readonly enginePath: string
  /** Whether it asks for a stream. */
  readonly isStream: boolean
}

type Asked = Pick<ExchangeRequest, 'translation' | 'pathModel' | 'owner' | 'enginePath' | 'isUnknownPath'>

/**
 * Finds out which model is meant, whether the key may use it, and what the engine is to read.
 * @throws Refusal
 */
export function admit(question: CollectedQuestion, asked: Asked, catalogue: ModelCatalogue): Admitted {
  if (question.kind === 'json') return admitJson(question.bytes, asked, catalogue)
  if (question.kind === 'none') {
    const model = chooseModel(queryModelOf(asked.enginePath), asked, catalogue)
    const enginePath = nameModelInQuery(asked.enginePath, model.engineName)
    return { model, body: null, contentType: null, enginePath, isStream: false }
  }
  const model = chooseModel(readFormField(question, 'model'), asked, catalogue)
  return {
    model,
    body: bodyOf(question, nameModelInForm(question, model.engineName)),
    contentType: question.contentType,
    enginePath: asked.enginePath,
    isStream: /^true$/i.test(readFormField(question, 'stream') ?? ''),
  }
}

function admitJson(bytes: Buffer, asked: Asked, catalogue: ModelCatalogue): Admitted {
  const { translation, isUnknownPath } = asked
  const inspected: InspectedBody = inspectBody(bytes)
  const model = chooseModel(inspected.model ?? queryModelOf(isUnknownPath ? asked.enginePath : ''), asked, catalogue)
  // A path that the gateway does not know may have no field `model`: none is added.
  const isNamed = !isUnknownPath || inspected.model !== null
  return {
    model,
    body: isNamed ? nameModel(bytes, inspected, model.engineName) : bytes,
    // The body was found to be JSON; vLLM refuses it under the name that `curl -d` gives it.
    contentType: 'application/json',
    enginePath: isUnknownPath ? nameModelInQuery(asked.enginePath, model.engineName) : asked.enginePath,
    isStream: inspected.isStream && translation?.canStream !== false,
  }
}

function chooseModel(
  named: string | null,
  { translation, pathModel, owner, isUnknownPath }: Asked,
  catalogue: ModelCatalogue,
): ServedModel {
  const isAllowed = (model: ServedModel) => owner?.models?.has(model.name) !== false
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
  return model
}
