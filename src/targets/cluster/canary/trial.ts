import { canaryOfLabel, canaryShareLabel } from '../../../discovery/index.ts'
import { UserError } from '../../../errors/index.ts'
import type { ConfigMap, Deployment, KubernetesObject, Service } from '../../../kubernetes/index.ts'
import { componentLabel, modelLabel, roleLabel, variantLabel } from '../fleets/subjects.ts'
import { keyOf, refOf } from '../objects/object-names.ts'

/** What of a Fleet is tried: a model’s pods, beside those that serve. */
export interface TriedModel {
  /** Value of `fairlead.dev/model`. */
  readonly label: string
  /** Deployment of the canary. */
  readonly deployment: string
  /** Service by which gateways find the canary and its share. */
  readonly service: string
}

/** A trial as objects, none of which is there before. */
export interface Trial {
  readonly models: readonly TriedModel[]
  readonly objects: readonly KubernetesObject[]
}

/** Value of the role of a canary’s pods, so that no controller or Service of the others finds them. */
const canaryRole = 'canary'

/** Kinds that a model’s pods have of their own; those of a canary are copies beside them. */
const copied = new Set(['Deployment', 'Service', 'NetworkPolicy'])
/** Kinds that pods need before they start; what is new of them comes with the canary, as it is. */
const needed = new Set(['ConfigMap', 'PersistentVolumeClaim', 'ServiceAccount', 'ResourceClaimTemplate', 'Job'])

const nameOf = ({ metadata: { name = '' } }: KubernetesObject) => name
const labelsOf = ({ metadata: { labels = {} } }: KubernetesObject) => labels
const canaryName = (name: string) => `${name}-canary`

/**
 * What a changed Fleet is tried with: for each model whose pods change, a Deployment of a few of the new ones, with the
 * Service by which gateways find them; pure. All else that changes comes when the trial is over.
 * @param before objects as they are applied
 * @param after the same as they are to be
 * @throws UserError where nothing can be tried
 */
export function trialOf(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  replicas: number,
): Trial {
  const applied = new Map(before.map((object) => [keyOf(refOf(object)), object]))
  const changed = after.filter((object) => {
    if (labelsOf(object)[componentLabel] !== 'engine' || !('template' in specOf(object))) return false
    const was = applied.get(keyOf(refOf(object)))
    return was !== undefined && JSON.stringify(specOf(was)['template']) !== JSON.stringify(specOf(object)['template'])
  })
  const spanning = after.find((object) => object.kind === 'LeaderWorkerSet' && isOther(object, applied))
  const other =
    spanning ?? changed.find((object) => object.kind !== 'Deployment' || labelsOf(object)[roleLabel] !== 'both')
  if (other !== undefined) throw untriedError(other)
  if (changed.length === 0) throw nothingError()
  const files = after.filter((object) => object.kind === 'ConfigMap' && isOther(object, applied))
  const trials = (changed as (Deployment & KubernetesObject)[]).map((deployment) =>
    trialOfModel(deployment, after, files, replicas),
  )
  const isNew = (object: KubernetesObject) => needed.has(object.kind) && !applied.has(keyOf(refOf(object)))
  const copies = trials.flatMap((trial) => trial.objects)
  const taken = copies.find((object) =>
    [...before, ...after].some((each) => keyOf(refOf(each)) === keyOf(refOf(object))),
  )
  if (taken !== undefined) throw takenError(taken)
  const objects = [...after.filter(isNew), ...copies]
  return {
    models: trials.map(({ model }) => model),
    objects: [...new Map(objects.map((object) => [keyOf(refOf(object)), object])).values()],
  }
}

const specOf = (object: KubernetesObject): Readonly<Record<string, unknown>> =>
  ((object as { readonly spec?: object }).spec ?? {}) as Readonly<Record<string, unknown>>

/** Whether an object is there and is to be another. */
function isOther(object: KubernetesObject, applied: ReadonlyMap<string, KubernetesObject>): boolean {
  const was = applied.get(keyOf(refOf(object)))
  return was !== undefined && JSON.stringify(was) !== JSON.stringify(object)
}

function trialOfModel(
  deployment: Deployment & KubernetesObject,
  after: readonly KubernetesObject[],
  files: readonly KubernetesObject[],
  replicas: number,
): { readonly model: TriedModel; readonly objects: readonly KubernetesObject[] } {
  const label = labelsOf(deployment)[modelLabel] ?? ''
  const own = after.filter(
    (object) =>
      copied.has(object.kind) && labelsOf(object)[modelLabel] === label && labelsOf(object)[roleLabel] === 'both',
  )
  const service = own.find(({ kind }) => kind === 'Service')
  if (service === undefined) throw untriedError(deployment)
  const mounted = files.filter((file) =>
    JSON.stringify(specOf(deployment)).includes(`"name":${JSON.stringify(nameOf(file))}`),
  )
  const objects = own.map((object): KubernetesObject => {
    const copy = asCanary(object)
    if (copy.kind === 'Deployment')
      return withFiles({ ...copy, spec: { ...specOf(copy), replicas } } as KubernetesObject, mounted)
    return copy.kind === 'Service' ? besideService(copy as Service & KubernetesObject, nameOf(service)) : copy
  })
  const model = { label, deployment: canaryName(nameOf(deployment)), service: canaryName(nameOf(service)) }
  return { model, objects: [...mounted.map(renamed), ...objects] }
}

/** A copy under another name whose labels and selectors are those of the canary alone. */
const asCanary = (object: KubernetesObject): KubernetesObject => renamed(withCanaryLabels(object) as KubernetesObject)

const renamed = <Kind extends KubernetesObject>(object: Kind): Kind => ({
  ...object,
  metadata: { ...object.metadata, name: canaryName(nameOf(object)) },
})

/** Wherever labels of the model’s pods stand, those of its canary do. */
function withCanaryLabels(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withCanaryLabels)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, withCanaryLabels(inner)] as const)
  const copy = Object.fromEntries(entries) as Record<string, unknown>
  return modelLabel in copy && roleLabel in copy ? { ...copy, [roleLabel]: canaryRole, [variantLabel]: 'canary' } : copy
}

/** A Service that tells gateways beside which one it stands; it gets no requests until its share is raised. */
const besideService = (service: Service & KubernetesObject, of: string): KubernetesObject => ({
  ...service,
  metadata: { ...service.metadata, labels: { ...labelsOf(service), [canaryOfLabel]: of, [canaryShareLabel]: '0' } },
})

/** Pods that mount the copies of files which change, since those that serve still read the others. */
function withFiles(deployment: KubernetesObject, mounted: readonly KubernetesObject[]): KubernetesObject {
  const names = new Set(mounted.map(nameOf))
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        const file = inner as ConfigMap['metadata'] | undefined
        const isMounted = ['configMap', 'configMapRef', 'configMapKeyRef'].includes(key) && names.has(file?.name ?? '')
        return [key, isMounted ? { ...(inner as object), name: canaryName(file?.name ?? '') } : walk(inner)]
      }),
    )
  }
  return walk(deployment) as KubernetesObject
}

function untriedError(object: KubernetesObject): UserError {
  return new UserError({
    what: `${object.kind} ${nameOf(object)} cannot be tried beside the one that serves`,
    why: 'A canary is a Deployment beside another one: models over several machines, and those with prefill and decode replicas, have none.',
    mend: 'Update without --canary: replicas are replaced one after the other.',
    command: 'fairlead rollout start',
  })
}

function takenError(object: KubernetesObject): UserError {
  return new UserError({
    what: `${object.kind} ${nameOf(object)} is another model’s`,
    why: 'A canary has the name of its model’s objects with “-canary” behind it.',
    mend: 'Rename that model, or update without --canary.',
  })
}

function nothingError(): UserError {
  return new UserError({
    what: 'There is nothing to try: no model that serves gets other pods',
    why: 'A canary compares new pods of a model with those that serve. What else changes, such as replicas or models that are new, needs none.',
    mend: 'Apply the Fleet.',
    command: 'fairlead apply',
  })
}
