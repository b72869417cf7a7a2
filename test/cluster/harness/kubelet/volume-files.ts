import type {
  KeyToPath,
  Pod,
  ProjectedVolumeSource,
  Volume,
  VolumeProjection,
} from '../../../../src/kubernetes/index.ts'
import { MissingReference, type References } from './environment.ts'
import { fieldOf } from './pod-fields.ts'
import type { PublishedFile } from './published-files.ts'

/** What gives a Pod's service account a token. */
export type TokenSource = (pod: Pod, audience: string | undefined, seconds: number) => Promise<string>

const usualMode = 0o644
const text = (value: string) => Buffer.from(value)
const base64 = (value: string) => Buffer.from(value, 'base64')

/** Keys of a ConfigMap or Secret as files: all, or those that `items` chooses and names. */
function chosen(
  kind: string,
  name: string,
  values: ReadonlyMap<string, Buffer>,
  items: readonly KeyToPath[] | undefined,
  mode: number,
  isOptional: boolean,
): (readonly [string, PublishedFile])[] {
  if (items === undefined) return [...values].map(([key, content]) => [key, { content, mode }] as const)
  return items.flatMap((item) => {
    const content = values.get(item.key)
    if (content !== undefined) return [[item.path, { content, mode: item.mode ?? mode }] as const]
    if (isOptional) return []
    throw new MissingReference(`references non-existent ${kind} key: ${item.key} of ${name}`)
  })
}

function ofConfigMap(
  references: References,
  name: string,
  items: readonly KeyToPath[] | undefined,
  mode: number,
  isOptional: boolean,
) {
  const found = references.configMap(name)
  if (found === undefined && !isOptional) throw new MissingReference(`configmap "${name}" not found`)
  const plain = Object.entries(found?.data ?? {}).map(([key, value]) => [key, text(value)] as const)
  const binary = Object.entries(found?.binaryData ?? {}).map(([key, value]) => [key, base64(value)] as const)
  return chosen('config', name, new Map([...plain, ...binary]), items, mode, isOptional)
}

function ofSecret(
  references: References,
  name: string,
  items: readonly KeyToPath[] | undefined,
  mode: number,
  isOptional: boolean,
) {
  const found = references.secret(name)
  if (found === undefined && !isOptional) throw new MissingReference(`secret "${name}" not found`)
  const values = Object.entries(found?.data ?? {}).map(([key, value]) => [key, base64(value)] as const)
  return chosen('secret', name, new Map(values), items, mode, isOptional)
}

async function ofProjection(
  { configMap, secret, downwardAPI, serviceAccountToken }: VolumeProjection,
  pod: Pod,
  references: References,
  tokens: TokenSource,
  mode: number,
): Promise<readonly (readonly [string, PublishedFile])[]> {
  if (configMap)
    return ofConfigMap(references, configMap.name ?? '', configMap.items, mode, configMap.optional ?? false)
  if (secret) return ofSecret(references, secret.name ?? '', secret.items, mode, secret.optional ?? false)
  if (serviceAccountToken) {
    const { audience, expirationSeconds = 3600, path } = serviceAccountToken
    return [[path, { content: text(await tokens(pod, audience, expirationSeconds)), mode }]]
  }
  return (downwardAPI?.items ?? []).map(({ path, fieldRef }) => [
    path,
    { content: text(fieldOf(pod, fieldRef?.fieldPath ?? 'metadata.name')), mode },
  ])
}

/** The files of a volume that is made of objects; undefined for one that is a folder. Throws MissingReference. */
export async function filesOf(
  { configMap, secret, projected, downwardAPI }: Volume,
  pod: Pod,
  references: References,
  tokens: TokenSource,
): Promise<ReadonlyMap<string, PublishedFile> | undefined> {
  if (configMap) {
    const { name = '', items, defaultMode = usualMode, optional = false } = configMap
    return new Map(ofConfigMap(references, name, items, defaultMode, optional))
  }
  if (secret) {
    const { secretName = '', items, defaultMode = usualMode, optional = false } = secret
    return new Map(ofSecret(references, secretName, items, defaultMode, optional))
  }
  const asProjected: ProjectedVolumeSource | undefined =
    projected ?? (downwardAPI && { sources: [{ downwardAPI: { items: downwardAPI.items } }] })
  if (asProjected === undefined) return undefined
  const mode = asProjected.defaultMode ?? usualMode
  const files = await Promise.all(
    (asProjected.sources ?? []).map((source) => ofProjection(source, pod, references, tokens, mode)),
  )
  return new Map(files.flat())
}
