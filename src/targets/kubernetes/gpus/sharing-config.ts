import type { PlanWarning } from '../../../plan/index.ts'
import type { DocumentArtifact, EngineService } from '../../rendering/index.ts'
import { writeYaml } from '../../rendering/index.ts'
import type { KubernetesContext, ObjectsOf } from '../context.ts'
import { gpusOfPod, hardwareOf, sharingOf } from '../../rendering/cluster/index.ts'

/** Namespace where the GPU operator looks for the configuration of the device plugin. */
const operatorNamespace = 'gpu-operator'
const configName = 'fairlead-gpu-sharing'
const configPath = `cluster/${configName}.yaml`

/**
 * How the device plugin shares GPUs. It is the cluster’s and not the Fleet’s: it lies in the GPU operator’s namespace and
 * changes whole nodes, so it is a file beside the objects, for whoever looks after the nodes.
 */
export const renderSharingConfig: ObjectsOf = (context) => {
  const shared = context.engines.filter((service) => service.gpus > 0 && sharingOf(service) !== 'exclusive')
  const slices = slicesOf(shared, context)
  const sliced = [...slices.values()].map(({ way }) => way)
  return {
    notes: shared.flatMap((service) => limitsOf(service, context).concat(preparationOf(service))),
    files: sliced.length === 0 ? [] : [configOf(slices, context)],
  }
}

interface Slices {
  readonly way: 'timeSlicing' | 'mps'
  /** Pods that share a GPU at the most. */
  readonly replicas: number
}

/** How often each kind of GPU is shared, by its key. */
function slicesOf(shared: readonly EngineService[], { plan }: KubernetesContext): Map<string, Slices> {
  const slices = new Map<string, Slices>()
  for (const service of shared) {
    const way = sharingOf(service)
    if (way !== 'timeSlicing' && way !== 'mps') continue
    const { group } = hardwareOf(service)
    const members = plan.groups.find(({ name }) => name === group)?.members.length
    const fraction = service.pool.settings?.memoryFraction ?? hardwareOf(service).memoryFraction ?? 1
    const replicas = Math.max(2, members ?? Math.floor(1 / fraction))
    const key = service.pool.gpu?.key ?? 'gpu'
    slices.set(key, { way, replicas: Math.max(replicas, slices.get(key)?.replicas ?? 0) })
  }
  return slices
}

function configOf(slices: ReadonlyMap<string, Slices>, { fleet }: KubernetesContext): DocumentArtifact {
  const data = [...slices].sort().map(([key, { way, replicas }]) => {
    const resources = [{ name: 'nvidia.com/gpu', replicas }]
    const refuse = way === 'timeSlicing' ? { failRequestsGreaterThanOne: true } : {}
    return [key, writeYaml({ version: 'v1', sharing: { [way]: { renameByDefault: true, ...refuse, resources } } })]
  })
  const [first = 'gpu'] = [...slices.keys()].sort()
  return {
    kind: 'document',
    path: configPath,
    value: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: configName, namespace: operatorNamespace, labels: { 'app.kubernetes.io/part-of': 'fairlead' } },
      data: Object.fromEntries(data),
    },
    comments: [
      {
        path: [],
        text: [
          `How NVIDIA’s device plugin shares the GPUs of Fleet ${fleet.name}. For whoever looks after the nodes; once:`,
          `  kubectl apply -f ${configPath}`,
          '  kubectl patch clusterpolicies.nvidia.com/cluster-policy --type merge \\',
          `    -p '{"spec":{"devicePlugin":{"config":{"name":"${configName}"}}}}'`,
          `  kubectl label node NODE nvidia.com/device-plugin.config=${first}`,
          'Pods then ask for nvidia.com/gpu.shared. Slices of time have no memory of their own: each engine keeps to its',
          'memory fraction. MPS shares memory evenly among the replicas.',
        ].join('\n'),
      },
    ],
  }
}

/** What the way of sharing cannot do. */
function limitsOf(service: EngineService, { title }: Pick<KubernetesContext, 'title'>): PlanWarning[] {
  const way = sharingOf(service)
  const { group, migProfile } = hardwareOf(service)
  const path = `${service.path}.hardware.sharing`
  const error = (message: string, suggestion: string): PlanWarning => ({
    severity: 'error',
    id: 'gpu-sharing',
    path,
    message,
    suggestion,
  })
  const isSliced = way === 'timeSlicing' || way === 'mps'
  return [
    ...(isSliced && gpusOfPod(service) > 1
      ? [
          error(
            `${title}: ${gpusOfPod(service)} slices that one pod asks for may lie on one GPU, since the device plugin does not spread them`,
            'give it whole GPUs (sharing: exclusive, no group), or sharing: dra',
          ),
        ]
      : []),
    ...(way === 'mig' && migProfile === undefined
      ? [
          error(
            `${title}: a MIG slice has a name, and migProfile is not set`,
            'set hardware.migProfile, such as 3g.40gb',
          ),
        ]
      : []),
    ...((way === 'mig' || way === 'dra') && group !== undefined
      ? [
          error(
            `${title}: with sharing ${way} each replica has ${way === 'mig' ? 'slices' : 'GPUs'} of its own, and a group shares them`,
            'take it out of hardware.group, or share by timeSlicing or mps',
          ),
        ]
      : []),
  ]
}

/** What somebody has to do with the nodes first. */
function preparationOf(service: EngineService): PlanWarning[] {
  const way = sharingOf(service)
  const { sharing, migProfile } = hardwareOf(service)
  const path = `${service.path}.hardware.${sharing === 'exclusive' ? 'group' : 'sharing'}`
  const note = (message: string): PlanWarning => ({ severity: 'warning', id: 'gpu-sharing-needs', path, message })
  if (way === 'timeSlicing' || way === 'mps') {
    const how = sharing === 'exclusive' ? 'kubernetes shares the GPUs of a group by time-slicing; ' : ''
    return [note(`${how}nodes offer nvidia.com/gpu.shared once ${configPath} is in force there`)]
  }
  if (way === 'mig') {
    return [note(`nodes offer nvidia.com/mig-${migProfile ?? ''} with MIG strategy mixed, and such slices made`)]
  }
  return []
}
