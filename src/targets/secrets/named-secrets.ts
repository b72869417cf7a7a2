import { isActive, type Fleet, type SecretReference, type TargetName } from '../../fleet/index.ts'
import type { FleetSecret } from '../contract.ts'
import { secretsOf } from '../rendering/index.ts'

/** A reference of the Fleet to a secret, whatever the target makes of it. */
export interface NamedReference {
  /** Field of the Fleet. */
  readonly path: string
  readonly reference: SecretReference
  readonly kind: FleetSecret['kind']
  readonly readBy: 'gateway' | 'engine'
  /** `gateway`, or names of models. */
  readonly readers: readonly string[]
  /** Whether the gateway takes a new value of its file without a restart (src/gateway/control/serving-config.ts, `keyFiles`). */
  readonly isFollowed: boolean
  /** Whether something acts on the field on this target. */
  readonly isActive: boolean
}

const followed = /^access\.(?:keys\[\d+\]\.value|keysFile)$|^models\[\d+\]\.(?:apiKey$|upstreamTls\.)/
const apiKey = /^access\.keys\[\d+\]\.value$/

/** Every reference of a Fleet to a secret, the file of keys among them, in the order of its fields. */
export function namedReferences(fleet: Fleet, target: TargetName): NamedReference[] {
  const { keysFile } = fleet.access
  const named = secretsOf(fleet, target).map(({ path, reference, readBy }) =>
    referenceOf({ path, reference, readBy, kind: apiKey.test(path) ? 'api-key' : 'value' }, fleet, target),
  )
  if (keysFile === undefined) return named
  const reference = { file: keysFile }
  return [
    ...named,
    referenceOf({ path: 'access.keysFile', reference, readBy: 'gateway', kind: 'keys-file' }, fleet, target),
  ]
}

function referenceOf(
  found: Pick<NamedReference, 'path' | 'reference' | 'readBy' | 'kind'>,
  fleet: Fleet,
  target: TargetName,
): NamedReference {
  return {
    ...found,
    readers: readersOf(found, fleet),
    isFollowed: followed.test(found.path),
    isActive: actsOn(found.path, fleet, target),
  }
}

/** Index of the model that a field is of. */
const modelIndex = (path: string): number => Number(/^models\[(\d+)\]/.exec(path)?.[1] ?? -1)

function readersOf({ path, readBy }: Pick<NamedReference, 'path' | 'readBy'>, fleet: Fleet): string[] {
  if (readBy === 'gateway') return ['gateway']
  const model = fleet.models[modelIndex(path)]
  if (model !== undefined) return [model.name]
  // What of `storage.models` engines read is for object storage.
  return fleet.models.filter(({ source }) => source?.startsWith('s3://') === true).map(({ name }) => name)
}

function actsOn(path: string, fleet: Fleet, target: TargetName): boolean {
  const field = path.replaceAll(/\[\d+\]/g, '[]')
  const engine = fleet.models[modelIndex(path)]?.engine
  return isActive(field, target === 'local' ? 'run' : target, engine) === true
}
