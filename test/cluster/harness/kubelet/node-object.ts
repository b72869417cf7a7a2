import type { Node } from '../../../../src/kubernetes/index.ts'
import { gpuResource } from './devices.ts'

/** A machine of the test cluster. */
export interface NodeSpec {
  readonly name: string
  /** None when absent. */
  readonly gpus?: number
  /** As GPU Feature Discovery writes it. */
  readonly gpuProduct?: string
  readonly gpuMemoryMiB?: number
  readonly labels?: Readonly<Record<string, string>>
}

const gpuLabels = ({ gpus = 0, gpuProduct = 'NVIDIA-H100-80GB-HBM3', gpuMemoryMiB = 81_559 }: NodeSpec) =>
  gpus === 0
    ? {}
    : {
        'nvidia.com/gpu.present': 'true',
        'nvidia.com/gpu.product': gpuProduct,
        'nvidia.com/gpu.count': String(gpus),
        'nvidia.com/gpu.memory': String(gpuMemoryMiB),
      }

/** The Node that a kubelet registers. */
export function nodeObject(spec: NodeSpec): Node {
  const { name, labels } = spec
  const own = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' }
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { ...own, ...gpuLabels(spec), ...labels } } }
}

/** What a kubelet says of its node with every beat. */
export function nodeStatus(
  { name, gpus = 0 }: NodeSpec,
  address: string,
  port: number,
  since: string,
): NonNullable<Node['status']> {
  const capacity = {
    cpu: '64',
    memory: '512Gi',
    pods: '110',
    'ephemeral-storage': '1Ti',
    ...(gpus === 0 ? {} : { [gpuResource]: String(gpus) }),
  }
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const condition = (type: string, status: 'True' | 'False', reason: string) => ({
    type,
    status,
    reason,
    message: reason,
    lastHeartbeatTime: now,
    lastTransitionTime: since,
  })
  return {
    capacity,
    allocatable: capacity,
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    nodeInfo: {
      architecture: 'amd64',
      operatingSystem: 'linux',
      kubeletVersion: 'v1.36.3',
      osImage: 'processes',
      kernelVersion: '0',
      containerRuntimeVersion: 'process://1',
      kubeProxyVersion: '',
      bootID: name,
      machineID: name,
      systemUUID: name,
    },
    conditions: [
      condition('Ready', 'True', 'KubeletReady'),
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
    ],
  }
}
