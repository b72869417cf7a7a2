import { z } from 'zod'
import { UserError } from '../../errors/index.ts'
import { askRegistry, printable, type Registry, type RegistryAnswer } from './ask-registry.ts'
import type { RegistryArtifact } from './registry-artifact.ts'
import type { RegistrySource } from './registry-source.ts'

const api = '/api/model_registry/v1alpha3'

/** Ids are numbers in texts (`^[1-9][0-9]{0,8}$` in the API’s description); they become part of a path. */
const id = z.string().regex(/^[0-9]{1,19}$/)
const model = z.object({ id })
const version = z.object({
  id,
  name: z.string().max(1024),
  state: z.string().max(64).nullish(),
  createTimeSinceEpoch: z.string().max(32).nullish(),
})
const versions = z.object({ items: z.array(version).max(1000).nullish() })
const artifacts = z.object({
  items: z
    .array(
      z.object({
        artifactType: z.string().max(64).nullish(),
        uri: z.string().nullish(),
        state: z.string().max(64).nullish(),
      }),
    )
    .max(1000)
    .nullish(),
})

/** How many versions are looked through for the newest. */
const pageSize = '100'

/**
 * What a source means in Kubeflow’s model registry: its REST API v1alpha3, asked as its own storage initializer for KServe does
 * (`cmd/csi`): the model by name, the version by name or the newest that is live, and of that the newest model artifact.
 * @throws UserError when there is no such model, version or artifact, and when the artifact is not there
 */
export async function askKubeflow(registry: Registry, source: RegistrySource): Promise<RegistryArtifact> {
  const { name } = source
  const refuse = (what: string, why?: string): never => {
    const mend = `Name a version that ${new URL(registry.place.address).host} has an artifact of.`
    throw new UserError({ what, ...(why === undefined ? {} : { why }), mend })
  }
  const valueOf = <Value>(answer: RegistryAnswer<Value>, what: string): Value => {
    if ('value' in answer) return answer.value
    const { status, code, message } = answer.refusal
    const why = `It says: ${message || code}`
    return refuse(
      status === 404 ? `The model registry has no ${what}` : `The model registry refuses to tell ${what}`,
      why,
    )
  }
  const found = valueOf(await askRegistry(registry, `${api}/registered_model`, { name }, model), `model ${name}`)
  const chosen =
    source.version === undefined
      ? newest(valueOf(await askVersions(registry, found.id), `versions of ${name}`))
      : valueOf(
          await askRegistry(
            registry,
            `${api}/model_version`,
            { name: source.version, parentResourceId: found.id },
            version,
          ),
          `version ${source.version} of ${name}`,
        )
  if (chosen === undefined) return refuse(`The model registry has no live version of ${name}`)
  const ordered = { orderBy: 'CREATE_TIME', sortOrder: 'DESC', pageSize }
  const answer = await askRegistry(registry, `${api}/model_versions/${chosen.id}/artifacts`, ordered, artifacts)
  const { items } = valueOf(answer, `artifacts of version ${chosen.name}`)
  const artifact = (items ?? []).find(({ artifactType }) => artifactType === 'model-artifact')
  const title = `Version ${printable(chosen.name)} of ${name}`
  if (artifact === undefined) return refuse(`${title} has no model artifact`)
  // ArtifactState of v1alpha3; PENDING is not written yet, and these three are gone or going.
  if (/^(?:PENDING|MARKED_FOR_DELETION|DELETED|ABANDONED)$/.test(artifact.state ?? '')) {
    return refuse(
      `The artifact of ${title[0]?.toLowerCase() ?? ''}${title.slice(1)} is not ready`,
      `Its state is ${artifact.state ?? ''}.`,
    )
  }
  if (!artifact.uri) return refuse(`${title} has an artifact that does not say where it is`)
  return { version: chosen.name, uri: artifact.uri }
}

const askVersions = (registry: Registry, modelId: string) =>
  askRegistry(registry, `${api}/registered_models/${modelId}/versions`, { sortOrder: 'DESC', pageSize }, versions)

/** The newest of the versions that are not archived; by their times, since lists are in the order of ids. */
function newest({ items }: z.output<typeof versions>): z.output<typeof version> | undefined {
  const timeOf = ({ createTimeSinceEpoch }: z.output<typeof version>) => Number(createTimeSinceEpoch ?? 0) || 0
  return (items ?? [])
    .filter(({ state }) => state !== 'ARCHIVED')
    .toSorted((one, other) => timeOf(other) - timeOf(one))[0]
}
