import { z } from 'zod'
import { UserError } from '../../errors/index.ts'
import { askRegistry, printable, type Registry, type RegistryAnswer } from './ask-registry.ts'
import type { RegistryArtifact } from './registry-artifact.ts'
import type { RegistrySource } from './registry-source.ts'

const api = '/api/2.0/mlflow'

const versionAnswer = z.object({
  model_version: z.object({
    version: z.union([z.string().max(64), z.int()]).transform(String),
    status: z.string().max(64).nullish(),
    status_message: z.string().nullish(),
  }),
})
const addressAnswer = z.object({ artifact_uri: z.string().min(1) })

/**
 * What a source means in MLflow. Its REST API 2.0: `registered-models/alias`, `model-versions/get` and
 * `model-versions/get-download-uri`, which also tells where a logged model lies that a version names by its id.
 * @throws UserError when there is no such model, version or alias, and when the version is not ready
 */
export async function askMlflow(registry: Registry, source: RegistrySource): Promise<RegistryArtifact> {
  const { name, alias } = source
  const { model_version: found } = valueOf(
    alias === undefined
      ? await askRegistry(registry, `${api}/model-versions/get`, { name, version: source.version ?? '' }, versionAnswer)
      : await askRegistry(registry, `${api}/registered-models/alias`, { name, alias }, versionAnswer),
    registry,
    source,
  )
  // ModelVersionStatus of MLflow 3.17: PENDING_REGISTRATION, FAILED_REGISTRATION, READY, and DELETED_… of others.
  if (found.status !== undefined && found.status !== null && found.status !== 'READY') {
    throw new UserError({
      what: `Version ${found.version} of ${name} is not ready in MLflow (${printable(found.status)})`,
      ...(found.status_message ? { why: printable(found.status_message) } : {}),
      mend: 'Wait until it is registered, or name another version.',
    })
  }
  const { artifact_uri: uri } = valueOf(
    await askRegistry(
      registry,
      `${api}/model-versions/get-download-uri`,
      { name, version: found.version },
      addressAnswer,
    ),
    registry,
    source,
  )
  return { version: found.version, uri }
}

function valueOf<Value>(
  answer: RegistryAnswer<Value>,
  registry: Registry,
  { name, version, alias }: RegistrySource,
): Value {
  if ('value' in answer) return answer.value
  const { status, code, message } = answer.refusal
  const asked = alias === undefined ? `version ${version ?? ''}` : `alias ${alias}`
  // An alias that there is none of is refused with INVALID_PARAMETER_VALUE (MLflow 3.17).
  const isMissing = code === 'RESOURCE_DOES_NOT_EXIST' || (alias !== undefined && code === 'INVALID_PARAMETER_VALUE')
  const why = `It says: ${message || code}`
  throw new UserError(
    isMissing
      ? {
          what: `MLflow has no ${asked} of a model ${name}`,
          why,
          mend: `Name one that ${new URL(registry.place.address).host} has.`,
        }
      : { what: `MLflow does not tell what ${asked} of ${name} is (${status})`, why, mend: 'Check the source.' },
  )
}
