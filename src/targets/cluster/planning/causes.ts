import type { Fleet } from '../../../fleet/index.ts'
import type { KubernetesObject } from '../../../kubernetes/index.ts'
import type { FleetPlace, RenderedSource } from '../../contract.ts'
import { modelLabels } from '../../rendering/index.ts'

/** Fields of a model that a field of its objects follows from, the likeliest first; `role` stands for prefill or decode. */
const modelCauses: readonly (readonly [field: RegExp, names: readonly string[]])[] = [
  [/^spec\.(?:replicas|predictor\.minReplicas)$/, ['role.replicas', 'minReplicas', 'replicas']],
  [/^spec\.(?:maxReplicas|maxReplicaCount|predictor\.maxReplicas)/, ['role.maxReplicas', 'maxReplicas']],
  [/^spec\.(?:minReplicas|minReplicaCount)/, ['role.minReplicas', 'minReplicas']],
  [/\.image$/, ['image', 'engineVersion', 'engine']],
  [/\.resources\..*gpu/, ['role.hardware', 'role.parallelism', 'hardware', 'parallelism']],
  [/\.resources/, ['role.resources', 'resources', 'hardware']],
  [/\.(?:startupProbe|progressDeadlineSeconds)/, ['startupBudget', 'probes']],
  [/progressDeadlineSeconds/, ['startupBudget']],
  [/\.(?:readinessProbe|livenessProbe)/, ['probes']],
  [/\.env(?:\[|$)/, ['env', 'engineArgs']],
  [/affinity/, ['placement', 'hardware']],
  [/\.(?:nodeSelector|tolerations|priorityClassName)/, ['placement', 'hardware']],
  [/\.topologySpreadConstraints/, ['placement', 'replicas']],
  [/^spec\.(?:strategy|updateStrategy|rolloutStrategy)/, ['rollout', 'replicas']],
  [/^spec\.resources\.requests\.storage/, ['source']],
  [/storageUri|modelcar|uri$/, ['source']],
]

/** Fields of the whole Fleet, by what an object is for. */
const fleetCauses: readonly (readonly [component: string, field: RegExp, paths: readonly string[]])[] = [
  ['gateway', /^spec\.replicas$/, ['gateway.replicas']],
  ['gateway', /\.resources/, ['gateway.resources']],
  ['gateway', /^spec\.(?:type|ports)/, ['targets.kubernetes', 'gateway.listen']],
  ['gateway', /\.(?:image|imagePullSecrets)/, ['storage.images']],
  ['storage', /./, ['storage.models']],
  ['download', /./, ['storage.models']],
  ['redis', /./, ['storage.state']],
  ['monitoring', /./, ['observe', 'targets.kubernetes.monitoring']],
]

/** Flags of engines, and the fields of a model that set them. */
const flagCauses: Readonly<Record<string, string>> = {
  '--max-model-len': 'context',
  '--context-length': 'context',
  '--max-num-seqs': 'maxSequences',
  '--max-running-requests': 'maxSequences',
  '--max-num-batched-tokens': 'maxBatchedTokens',
  '--dtype': 'dtype',
  '--quantization': 'quantization',
  '--kv-cache-dtype': 'kvCache',
  '--gpu-memory-utilization': 'hardware',
  '--tensor-parallel-size': 'parallelism',
  '--pipeline-parallel-size': 'parallelism',
  '--data-parallel-size': 'parallelism',
  '--speculative-config': 'speculative',
  '--chat-template': 'chat',
  '--tool-call-parser': 'chat',
  '--reasoning-parser': 'chat',
  '--revision': 'revision',
  '--enable-lora': 'adapters',
  '--lora-modules': 'adapters',
}

const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

/** The fields of a model whose flags two command lines have otherwise. */
function causesOfCommand(before: unknown, after: unknown): string[] {
  const [old, wanted] = [textsOf(before), textsOf(after)]
  const changed = wanted.flatMap((word, index) => {
    const at = old.indexOf(word)
    const isChanged = word.startsWith('--') ? at === -1 || old[at + 1] !== wanted[index + 1] : false
    return isChanged ? [word] : []
  })
  const removed = old.filter((word) => word.startsWith('--') && !wanted.includes(word))
  return [...changed, ...removed].flatMap((flag) => flagCauses[flag] ?? [])
}

/** A field of an object, with its values. */
export interface ChangedField {
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

/** Where the Fleet file says what a field of an object becomes; undefined where that is not known. */
export function causeOf(
  { metadata: { labels } }: KubernetesObject,
  { path, before, after }: ChangedField,
  fleet: Fleet,
  { positionOf }: Pick<RenderedSource, 'positionOf'>,
): FleetPlace | undefined {
  const candidates = [...modelPaths(labels, { path, before, after }, fleet), ...fleetPaths(labels, path)]
  for (const candidate of candidates) {
    const place = positionOf(candidate)
    if (place !== undefined) return { path: candidate, ...place }
  }
  return undefined
}

type Labels = KubernetesObject['metadata']['labels']

function modelPaths(labels: Labels, { path, before, after }: ChangedField, fleet: Fleet): string[] {
  const label = labels?.['fairlead.dev/model']
  if (label === undefined) return []
  const names = modelLabels(fleet)
  const index = fleet.models.findIndex(({ name }) => names.get(name) === label)
  if (index === -1) return []
  const role = labels?.['fairlead.dev/role'] ?? 'both'
  const fields = [
    ...(/\.(?:command|args)$/.test(path) ? [...causesOfCommand(before, after), 'source', 'engineArgs'] : []),
    ...modelCauses.flatMap(([field, known]) => (field.test(path) ? known : [])),
  ]
  const ofRole = fields.flatMap((field) => {
    if (!field.startsWith('role.')) return [field]
    return role === 'both' ? [] : [field.replace('role', role)]
  })
  return [...ofRole.map((field) => `models[${index}].${field}`), `models[${index}].name`]
}

function fleetPaths(labels: Labels, path: string): string[] {
  const component = labels?.['app.kubernetes.io/component']
  return fleetCauses.flatMap(([of, field, paths]) => (of === component && field.test(path) ? paths : []))
}
