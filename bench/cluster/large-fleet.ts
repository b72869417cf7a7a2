/** Models of the Fleet that is measured, and replicas of each. */
export const size = { models: 200, replicas: 5 } as const

const storageClass = 'measured'

/** A Fleet of vLLM models that scale, with everything that stands around them by default. */
export const largeFleet = (namespace: string): string => `name: large
models:
${Array.from(
  { length: size.models },
  (_, index) => `  - name: model-${index}
    engine: vllm
    source: hf://Qwen/Qwen3-4B-Instruct-2507
    hardware: { gpu: l40s }
    resources: { cpu: 1, memoryRequest: 1Gi }
    minReplicas: ${size.replicas}
    maxReplicas: ${size.replicas + 1}
    autoscale: { by: hpa }
`,
).join('')}access: { anonymous: true }
gateway: { listen: '0.0.0.0:8080' }
storage: { models: { storageClass: ${storageClass}, size: 1Gi } }
targets:
  default: kubernetes
  kubernetes: { namespace: ${namespace} }
`

/** Nodes that kwok keeps, as many as the replicas have GPUs. */
export const nodes = (): object[] =>
  Array.from({ length: Math.ceil((size.models * (size.replicas + 1)) / 8) + 1 }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `gpu-${index}`,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        'kubernetes.io/hostname': `gpu-${index}`,
        'nvidia.com/gpu.present': 'true',
        'nvidia.com/gpu.product': 'NVIDIA-L40S',
      },
    },
    status: {
      allocatable: { cpu: '128', memory: '1Ti', pods: '250', 'nvidia.com/gpu': '8' },
      capacity: { cpu: '128', memory: '1Ti', pods: '250', 'nvidia.com/gpu': '8' },
    },
  }))

/** Volumes that nobody would make here, for the claims of the models. */
export const volumes = (): object[] =>
  Array.from({ length: size.models }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `models-${index}` },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
      storageClassName: storageClass,
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: `/models/${index}` },
    },
  }))
