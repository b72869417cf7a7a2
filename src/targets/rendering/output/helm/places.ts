import type { KubernetesObject } from '../../../../kubernetes/index.ts'
import type { Schema } from './values.ts'

/** Keys and indices from an object to a field. */
export type FieldPath = readonly (string | number)[]

/** A field of an object that becomes a value of the chart. */
export interface Place {
  readonly at: FieldPath
  readonly value: readonly string[]
  /** `scalar`: one word or number. `block`: a map or a list, which may be absent in the object. */
  readonly shape: 'scalar' | 'block'
  readonly schema: Schema
  readonly description: string
  /** What a block is where the object has none. */
  readonly empty?: unknown
}

const count: Schema = { type: 'integer', minimum: 0 }
const quantity: Schema = { type: ['string', 'number', 'null'] }
const words: Schema = { type: 'object', additionalProperties: { type: 'string' } }
const objects: Schema = { type: 'array', items: { type: 'object' } }

/** Where pod specs stand, by kind, and what their values are called below those of the workload. */
const podSpecs: Readonly<Record<string, readonly { readonly at: FieldPath; readonly as: readonly string[] }[]>> = {
  Deployment: [{ at: ['spec', 'template', 'spec'], as: [] }],
  StatefulSet: [{ at: ['spec', 'template', 'spec'], as: [] }],
  DaemonSet: [{ at: ['spec', 'template', 'spec'], as: [] }],
  Job: [{ at: ['spec', 'template', 'spec'], as: [] }],
  CronJob: [{ at: ['spec', 'jobTemplate', 'spec', 'template', 'spec'], as: [] }],
  LeaderWorkerSet: [
    { at: ['spec', 'leaderWorkerTemplate', 'leaderTemplate', 'spec'], as: [] },
    { at: ['spec', 'leaderWorkerTemplate', 'workerTemplate', 'spec'], as: ['worker'] },
  ],
}

/** Counts that scale a workload, by kind. */
const counts: Readonly<
  Record<string, readonly { readonly at: FieldPath; readonly as: string; readonly text: string }[]>
> = {
  Deployment: [{ at: ['spec', 'replicas'], as: 'replicas', text: 'Copies that run.' }],
  StatefulSet: [{ at: ['spec', 'replicas'], as: 'replicas', text: 'Copies that run.' }],
  LeaderWorkerSet: [{ at: ['spec', 'replicas'], as: 'replicas', text: 'Copies that run.' }],
  HorizontalPodAutoscaler: [
    { at: ['spec', 'minReplicas'], as: 'minReplicas', text: 'Fewest copies.' },
    { at: ['spec', 'maxReplicas'], as: 'maxReplicas', text: 'Most copies.' },
  ],
  ScaledObject: [
    { at: ['spec', 'minReplicaCount'], as: 'minReplicas', text: 'Fewest copies.' },
    { at: ['spec', 'maxReplicaCount'], as: 'maxReplicas', text: 'Most copies.' },
  ],
}

/** Every field of an object that becomes a value. */
export function placesOf(object: KubernetesObject): Place[] {
  const owner = ownerOf(object)
  return [
    ...(counts[object.kind] ?? [])
      .filter(({ at }) => fieldAt(object, at) !== undefined)
      .map(({ at, as, text }): Place => ({
        at,
        value: [...owner, as],
        shape: 'scalar',
        schema: count,
        description: text,
      })),
    ...(podSpecs[object.kind] ?? []).flatMap(({ at, as }) => placesOfPods(object, at, [...owner, ...as])),
  ]
}

/** Whose values an object’s are: the gateway’s, a model’s, or those of another part by its name. */
function ownerOf({ metadata }: KubernetesObject): readonly string[] {
  const component = metadata.labels?.['app.kubernetes.io/component'] ?? 'other'
  const name = metadata.name ?? component
  if (component === 'gateway' || component === 'redis') return [component]
  return component === 'engine' ? ['models', name] : ['others', name]
}

function placesOfPods(object: KubernetesObject, at: FieldPath, owner: readonly string[]): Place[] {
  if (fieldAt(object, at) === undefined) return []
  const list = (name: string) => {
    const containers = fieldAt(object, [...at, name])
    const path: FieldPath = [...at, name]
    return Array.isArray(containers) ? containers.map((_, index) => path.concat(index)) : []
  }
  const [main, ...others] = list('containers')
  return [
    ...(main === undefined ? [] : placesOfContainer(object, main, owner)),
    ...[...others, ...list('initContainers')].flatMap((path) => {
      const name = fieldAt(object, [...path, 'name'])
      return typeof name === 'string' ? placesOfContainer(object, path, [...owner, 'containers', name]) : []
    }),
    block([...at, 'nodeSelector'], [...owner, 'nodeSelector'], words, 'Labels that its nodes must have.', {}),
    block([...at, 'tolerations'], [...owner, 'tolerations'], objects, 'Taints of nodes that it tolerates.', []),
    block([...at, 'imagePullSecrets'], ['imagePullSecrets'], objects, 'Secrets that images are pulled with.', []),
  ]
}

function block(at: FieldPath, value: readonly string[], schema: Schema, description: string, empty: unknown): Place {
  return { at, value, shape: 'block', schema, description, empty }
}

function placesOfContainer(object: KubernetesObject, at: FieldPath, owner: readonly string[]): Place[] {
  const image: Place = {
    at: [...at, 'image'],
    value: [...owner, 'image'],
    shape: 'scalar',
    schema: { type: 'string' },
    description: 'Container image.',
  }
  const amounts = ['requests', 'limits'].flatMap((which) => {
    const wanted = fieldAt(object, [...at, 'resources', which])
    return Object.keys(typeof wanted === 'object' && wanted !== null ? wanted : {}).map((resource): Place => ({
      at: [...at, 'resources', which, resource],
      value: [...owner, 'resources', which, resource],
      shape: 'scalar',
      schema: quantity,
      description: 'What it reserves and may use; null leaves an amount out.',
    }))
  })
  return [...(fieldAt(object, image.at) === undefined ? [] : [image]), ...amounts]
}

/** The field at a path; undefined where there is none. */
export function fieldAt(object: unknown, path: FieldPath): unknown {
  let at = object
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string | number, unknown>)[key]
  }
  return at
}
