import type { PersistentVolumeClaim } from '../../../kubernetes/index.ts'
import { planStorage, type Plan, type PlanWarning } from '../../../plan/index.ts'
import type { EngineService } from '../engine-service.ts'
import type { ClusterContext } from './context.ts'
import { byteQuantity } from './quantities.ts'

/** Where a service’s weights lie in the cluster. */
export type ModelCache =
  | { readonly kind: 'hostPath'; readonly path: string }
  | {
      readonly kind: 'claim'
      readonly name: string
      /** Whether Fairlead renders the claim; else somebody else made it and filled it. */
      readonly isOurs: boolean
      /** Whether pods of several nodes mount it at once. */
      readonly isShared: boolean
    }
  /** On the nodes already, at the same path. */
  | { readonly kind: 'present'; readonly path: string }
  | { readonly kind: 'image'; readonly reference: string }

/** Where models are kept on a node, unless the Fleet says it. */
const nodeFolder = '/var/lib/fairlead/models'
/** Size of a claim whose models’ sizes nobody knows. */
const unknownBytes = 100 * 2 ** 30
/** Beside weights: a second revision of a small one, files beside weights, what engines compile. */
const spare = 1.2
const gibibyte = 2 ** 30

type Kind = 'hostPath' | 'sharedClaim' | 'claimPerModel' | 'imageVolume'

/**
 * How a Fleet keeps models. Left open it is a volume for each model: it works with any storage class as long as a model has one
 * replica, needs no right on the nodes, and nothing is fetched twice.
 */
function kindOf({ fleet }: Pick<ClusterContext, 'fleet'>): Kind {
  const { kind } = fleet.storage.models
  return kind === 'folder' ? 'claimPerModel' : kind
}

/** The cache of a service; null for an engine without weights, or one that streams them. */
export function modelCacheOf(service: EngineService, context: ClusterContext): ModelCache | null {
  const { weights } = service
  const { fleet, names, engines } = context
  if (weights === null || weights.by === 'stream') return null
  const { source } = weights
  if (source.startsWith('file://')) return { kind: 'present', path: weights.path ?? '/' }
  if (source.startsWith('pvc://')) {
    const name = source.slice('pvc://'.length).split('/')[0] ?? ''
    return { kind: 'claim', name, isOurs: false, isShared: true }
  }
  const kind = kindOf(context)
  const isLeftOpen = fleet.storage.models.kind === 'folder'
  if (weights.by === 'image' && (kind === 'imageVolume' || isLeftOpen)) {
    return { kind: 'image', reference: source.slice('oci://'.length) }
  }
  if (kind === 'hostPath') return { kind: 'hostPath', path: fleet.storage.models.path ?? nodeFolder }
  if (kind === 'sharedClaim') return { kind: 'claim', name: names.models, isOurs: true, isShared: true }
  const pods = engines
    .filter(({ modelLabel }) => modelLabel === service.modelLabel)
    .reduce((sum, { pool, nodes }) => sum + pool.replicas.max * nodes, 0)
  return { kind: 'claim', name: names.modelClaim(service), isOurs: true, isShared: pods > 1 }
}

/** The claims that the Fleet’s models need, each once. */
export function modelClaims(context: ClusterContext): PersistentVolumeClaim[] {
  const { engines, fleet, metadata } = context
  const { storageClass } = fleet.storage.models
  const claims = new Map<string, PersistentVolumeClaim>()
  for (const service of engines) {
    const cache = modelCacheOf(service, context)
    if (cache?.kind !== 'claim' || !cache.isOurs || claims.has(cache.name)) continue
    const holds = kindOf(context) === 'sharedClaim' ? engines : [service]
    claims.set(cache.name, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: metadata(cache.name, {
        component: 'storage',
        ...(holds.length === 1 && kindOf(context) !== 'sharedClaim' ? { model: service.modelLabel } : {}),
      }),
      spec: {
        accessModes: [cache.isShared ? 'ReadWriteMany' : 'ReadWriteOnce'],
        ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
        resources: { requests: { storage: byteQuantity(claimBytes(holds, context.plan)) } },
      },
    })
  }
  return [...claims.values()]
}

/** Bytes of a claim that holds the weights of some services. */
function claimBytes(services: readonly EngineService[], plan: Plan): number {
  const { size } = plan.fleet.storage.models
  if (size !== undefined) return size
  const models = new Set(
    services.filter(({ weights }) => weights !== null && weights.by !== 'stream').map(({ model }) => model.name),
  )
  const { weights } = planStorage(plan)
  const known = weights.filter(({ model, bytes }) => models.has(model) && Number.isFinite(bytes))
  const bytes = known.reduce((sum, each) => sum + each.bytes, 0) + (models.size - known.length) * unknownBytes
  return Math.max(1, Math.ceil((bytes * spare) / gibibyte)) * gibibyte
}

/** Ways of sources that something puts into a cluster’s volumes. */
const fetched = /^(?:hf|pypi|oci|pvc|file):\/\//

/** What of a service’s weights a cluster cannot have, or has otherwise than one may think. */
export function modelCacheNotes(service: EngineService, context: ClusterContext): PlanWarning[] {
  const target = context.title
  const { model, weights, path } = service
  if (weights === null || weights.by === 'stream') return []
  const at = `${modelPath(path)}.source`
  const { source } = weights
  const notes: PlanWarning[] = []
  if (!fetched.test(source)) {
    notes.push({
      severity: 'error',
      id: 'source-not-fetched',
      path: at,
      message: `${target}: nothing fetches ${source.replace(/:.*/s, '')}: sources into a cluster yet`,
      suggestion: 'hf://owner/name, oci://registry/name:tag, or pvc://claim/path with the weights in it',
    })
  }
  if (source.startsWith('file://')) {
    notes.push({
      severity: 'warning',
      id: 'source-on-nodes',
      path: at,
      message: `${target}: ${weights.path ?? ''} must be on every node that may run ${model.name}, since it is mounted from there`,
      suggestion: 'pvc://claim/path, or hf://owner/name',
    })
  }
  if (kindOf(context) === 'imageVolume' && !source.startsWith('oci://') && weights.by !== 'present') {
    notes.push({
      severity: 'error',
      id: 'image-volume-without-image',
      path: 'storage.models.kind',
      message: `${target}: ${model.name} is not from an image, and imageVolume keeps nothing else`,
      suggestion: 'source: oci://registry/name:tag, or storage.models.kind: claimPerModel',
    })
  }
  if (weights.by === 'image' && model.engine === 'llamacpp') {
    notes.push({
      severity: 'error',
      id: 'image-without-file',
      path: at,
      message: `${target}: llama.cpp is told one file, and which one of the image it is, oci:// does not say`,
      suggestion: 'hf://owner/name:file.gguf, or pvc://claim/path/file.gguf',
    })
  }
  return notes
}

/** What the Fleet as a whole leaves open about its models. */
export function modelSizeNotes(context: ClusterContext): PlanWarning[] {
  const { fleet, plan, title: target } = context
  if (fleet.storage.models.size !== undefined || modelClaims(context).length === 0) return []
  const { unknown } = planStorage(plan)
  if (unknown.length === 0) return []
  return [
    {
      severity: 'warning',
      id: 'claim-size-unknown',
      path: 'storage.models',
      message: `${target}: nobody knows how large ${unknown.join(', ')} ${unknown.length === 1 ? 'is' : 'are'}, so 100 GiB are claimed for each`,
      suggestion: 'storage.models.size',
    },
  ]
}

/** `models[0]` of `models[0].prefill`. */
const modelPath = (path: string) => path.replace(/\.(?:prefill|decode)$/, '')
