import { failed, notApplicable, ok, warning, type Check, type Finding } from '../contract.ts'
import type { KubernetesObject, LiveObject } from '../../../kubernetes/index.ts'
import { clusterTargets as targets } from './access-checks.ts'
import { listAt, nameOf, partAt, partsWhere, podSpecsOf, textAt, type Part } from './object-parts.ts'
import type { ClusterCheckPlace } from './place.ts'

/** Extended resources that are GPUs or parts of them. */
const isGpu = (resource: string) => /^(?:nvidia|amd)\.com\/(?:gpu|mig-)/.test(resource)
/** What GPU Feature Discovery and Node Feature Discovery write on nodes with an NVIDIA card. */
const presence = ['nvidia.com/gpu.present', 'feature.node.kubernetes.io/pci-10de.present']

/** GPUs that one object asks for: resource, count for a pod, and pods. */
interface Demand {
  readonly object: string
  readonly resource: string
  readonly perPod: number
  readonly pods: number
}

function demandsOf({ objects }: ClusterCheckPlace): Demand[] {
  return objects.flatMap((object) => {
    const pods = podsOf(object, objects)
    const perPod = new Map<string, number>()
    for (const limits of partsWhere(object, (part) => typeof part['limits'] === 'object').map(
      ({ limits }) => limits as Part,
    )) {
      for (const [resource, count] of Object.entries(limits)) {
        if (isGpu(resource)) perPod.set(resource, Math.max(perPod.get(resource) ?? 0, Number(count)))
      }
    }
    // A quota limits and asks for nothing.
    if (object.kind === 'ResourceQuota' || object.kind === 'LimitRange') return []
    return [...perPod].map(([resource, count]) => ({
      object: nameOf(object),
      resource,
      perPod: count,
      pods: Math.max(1, pods),
    }))
  })
}

/** Pods of an object at the least: its own word, else that of the autoscaler that leads it. */
function podsOf(object: KubernetesObject, objects: readonly KubernetesObject[]): number {
  const own = partAt(object, 'spec', 'replicas') ?? partAt(object, 'spec', 'predictor', 'minReplicas')
  const scaler = objects.find((each) => textAt(each, 'spec', 'scaleTargetRef', 'name') === object.metadata.name)
  const led = partAt(scaler, 'spec', 'minReplicas') ?? partAt(scaler, 'spec', 'minReplicaCount')
  return Number(own ?? led ?? 1)
}

/** How many of a resource a node gives to pods. */
const allocatable = (node: LiveObject, resource: string) => Number(partAt(node, 'status', 'allocatable', resource) ?? 0)
const labelOf = (node: LiveObject, key: string) => textAt(node, 'metadata', 'labels', key)
const isReady = (node: LiveObject) =>
  partAt(node, 'spec', 'unschedulable') !== true &&
  listAt(node, 'status', 'conditions').some((each) => each['type'] === 'Ready' && each['status'] === 'True')

const none = notApplicable('nothing that is rendered asks for GPUs')

/** Nodes and their GPUs. */
export const nodeChecks: readonly Check<ClusterCheckPlace>[] = [
  {
    id: 'cluster.device-plugin',
    targets,
    what: 'every node with a GPU offers it to pods',
    why: 'The scheduler sees only GPUs that a device plugin announces.',
    how: 'nodes that carry the label of a card, against the GPUs that they offer',
    mend: 'Install the GPU operator, or look why its device plugin or driver does not run on that node.',
    command: 'kubectl get pods --all-namespaces -l app=nvidia-device-plugin-daemonset -o wide',
    after: ['cluster.version'],
    look: async (place) => {
      if (demandsOf(place).length === 0) return none
      const nodes = await place.list('v1', 'Node', { everywhere: true })
      const carded = nodes.filter((node) => presence.some((label) => labelOf(node, label) === 'true'))
      const silent = carded.filter(
        (node) =>
          !Object.keys((partAt(node, 'status', 'allocatable') ?? {}) as Part).some(
            (key) => isGpu(key) && allocatable(node, key) > 0,
          ),
      )
      if (silent.length > 0)
        return failed(
          `${silent.map(({ metadata }) => metadata.name).join(', ')} ${silent.length === 1 ? 'has' : 'have'} a card and offer no GPU`,
        )
      return carded.length === 0
        ? notApplicable('no node carries a label of Node or GPU Feature Discovery')
        : ok(`${carded.length} nodes`)
    },
  },
  {
    id: 'cluster.gpus',
    targets,
    what: 'the nodes have the GPUs that the Fleet asks for',
    why: 'Pods wait for a node that has them, for ever where none will come.',
    how: 'GPUs that ready nodes offer, against what the rendered pods ask for',
    mend: 'Add nodes with GPUs, lower `replicas` or `parallelism`, or install the GPU operator.',
    command: 'kubectl get nodes -o custom-columns=NAME:.metadata.name,GPU:.status.allocatable.nvidia\\.com/gpu',
    after: ['cluster.version', 'cluster.device-plugin'],
    look: async (place) => {
      const demands = demandsOf(place)
      if (demands.length === 0) return none
      const nodes = (await place.list('v1', 'Node', { everywhere: true })).filter(isReady)
      for (const resource of new Set(demands.map((demand) => demand.resource))) {
        const wanted = demands.filter((demand) => demand.resource === resource)
        const finding = enough(resource, wanted, nodes)
        if (finding !== undefined) return finding
      }
      return ok(
        demands.map(({ object, perPod, pods, resource }) => `${object}: ${pods} × ${perPod} ${resource}`).join('; '),
      )
    },
  },
  {
    id: 'cluster.gpu-type',
    targets,
    what: 'there are nodes with the GPU type that the Fleet says',
    why: 'Pods wait for a node with the label of that type.',
    how: 'what rendered pods demand of node labels, against the labels of ready nodes',
    mend: 'Correct `hardware.gpu`, or install GPU Feature Discovery, which writes nvidia.com/gpu.product.',
    command: 'kubectl get nodes -L nvidia.com/gpu.product',
    after: ['cluster.gpus'],
    look: async (place) => {
      const terms = place.objects.flatMap((object) =>
        partsWhere(object, (part) => part['key'] === 'nvidia.com/gpu.product' && Array.isArray(part['values'])).map(
          ({ values }) => ({ object: nameOf(object), values: values as string[] }),
        ),
      )
      if (terms.length === 0) return notApplicable('the Fleet names no type')
      const products = new Set(
        (await place.list('v1', 'Node', { everywhere: true }))
          .filter(isReady)
          .map((node) => labelOf(node, 'nvidia.com/gpu.product')),
      )
      products.delete('')
      const unmet = terms.find(({ values }) => !values.some((value) => products.has(value)))
      return unmet === undefined
        ? ok([...products].join(', '))
        : failed(
            `${unmet.object} wants ${unmet.values.join(' or ')}; there is ${products.size === 0 ? 'no node with such a label' : [...products].join(', ')}`,
          )
    },
  },
  {
    id: 'cluster.node-labels',
    targets,
    what: 'there are nodes with the labels that the Fleet selects',
    why: 'Pods wait for a node with them.',
    how: 'node selectors of rendered pods, against the labels of nodes',
    mend: 'Label nodes, or correct `placement.nodeSelector`.',
    command: 'kubectl get nodes --show-labels',
    after: ['cluster.version'],
    look: async (place) => {
      const selectors = place.objects.flatMap((object) =>
        podSpecsOf(object).flatMap(({ nodeSelector }) =>
          typeof nodeSelector === 'object' && nodeSelector !== null
            ? [{ object: nameOf(object), labels: Object.entries(nodeSelector) }]
            : [],
        ),
      )
      if (selectors.length === 0) return notApplicable('the Fleet selects none')
      const nodes = await place.list('v1', 'Node', { everywhere: true })
      const unmet = selectors.find(
        ({ labels }) => !nodes.some((node) => labels.every(([key, value]) => labelOf(node, key) === value)),
      )
      return unmet === undefined
        ? ok(`${selectors.length} selectors`)
        : failed(
            `no node has ${unmet.labels.map(([key, value]) => `${key}=${String(value)}`).join(', ')}, as ${unmet.object} wants`,
          )
    },
  },
]

/** What lacks of a resource; undefined where nothing does. */
function enough(resource: string, demands: readonly Demand[], nodes: readonly LiveObject[]): Finding | undefined {
  const largest = Math.max(...nodes.map((node) => allocatable(node, resource)), 0)
  const total = nodes.reduce((sum, node) => sum + allocatable(node, resource), 0)
  if (total === 0) return failed(`no ready node offers ${resource}`)
  const big = demands.find(({ perPod }) => perPod > largest)
  if (big !== undefined)
    return failed(`${big.object} wants ${big.perPod} ${resource} on one node, and the largest has ${largest}`)
  const wanted = demands.reduce((sum, { perPod, pods }) => sum + perPod * pods, 0)
  return wanted > total ? warning(`${wanted} ${resource} are wanted, and all nodes together have ${total}`) : undefined
}
