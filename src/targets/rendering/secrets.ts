import type { Fleet, SecretReference, TargetName } from '../../fleet/index.ts'

/** A secret that a Fleet names. Its value is never part of what is rendered. */
export interface NamedSecret {
  /** Field of the Fleet, such as `access.keys[0].value`. */
  readonly path: string
  readonly reference: SecretReference
  /** Which process reads it. */
  readonly readBy: 'gateway' | 'engine'
}

/** Fields whose secrets engines read; the gateway reads all others. */
const ofEngines = /^models\[\d+\]\.(token|env\[\d+\]\.from)$|^storage\.models\./

/** Fields whose secrets only the command reads that plans the Fleet, to ask a model registry; no process of it does. */
const ofPlanning = /^storage\.models\.(mlflow|modelRegistry)/

/** Files that are named without a reference, and kept as secrets all the same. */
const certificateFile = /^models\[\d+\]\.upstreamTls\.(?:ca|cert|key)File$/

/**
 * Every secret that processes of a Fleet read, in the order of its fields.
 * @param target whose own settings count; those of other targets never do
 */
export function secretsOf(fleet: Fleet, target?: TargetName): NamedSecret[] {
  const found: NamedSecret[] = []
  const look = (value: unknown, path: string): void => {
    if (Array.isArray(value)) return value.forEach((item, index) => look(item, `${path}[${index}]`))
    if (typeof value === 'string' && certificateFile.test(path)) {
      found.push({ path, reference: { file: value }, readBy: 'gateway' })
    }
    if (typeof value !== 'object' || value === null) return
    if (ofPlanning.test(path)) return
    if (isReference(value)) {
      found.push({ path, reference: value, readBy: ofEngines.test(path) ? 'engine' : 'gateway' })
      return
    }
    for (const [key, field] of Object.entries(value)) look(field, path === '' ? key : `${path}.${key}`)
  }
  const { targets, ...sections } = fleet
  look(sections, '')
  if (target !== undefined) look(targets[target], `targets.${target}`)
  return found
}

const kinds: ReadonlySet<string> = new Set(['env', 'file', 'secretRef'])

/** A secret reference says one of three places and nothing else. */
function isReference(value: object): value is SecretReference {
  const keys = Object.entries(value).filter(([, field]) => field !== undefined)
  return keys.length === 1 && keys.every(([key, field]) => kinds.has(key) && isPlace(field))
}

const isPlace = (field: unknown) =>
  typeof field === 'string' || (typeof field === 'object' && field !== null && 'name' in field && 'key' in field)
