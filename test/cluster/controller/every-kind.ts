/** A Fleet object, and what its spec changes to. */
interface FleetCase {
  readonly name: string
  readonly spec: object
  readonly changed: object
}

const hub = 'hf://Qwen/Qwen3-4B-Instruct-2507'
const engine = { engine: 'vllm', source: hub, hardware: { gpu: 'l40s' } }
const open = { access: { anonymous: true } }
const way = { host: 'chat.example.org', clusterIssuer: 'letsencrypt' }
const flow = { priorities: [{ name: 'chat', level: 10 }] }

/** A Fleet with one more replica of every model. */
function caseOf(name: string, models: readonly object[], fields: object): FleetCase {
  const of = (replicas: object) => ({ ...open, ...fields, models: models.map((model) => ({ ...replicas, ...model })) })
  return { name, spec: of({ replicas: 2 }), changed: of({ replicas: 3 }) }
}

const overMachines = {
  engine: 'vllm',
  source: 'hf://deepseek-ai/DeepSeek-V3',
  hardware: { gpu: 'h100', gpus: 16 },
  parallelism: { tensor: 8, pipeline: 2, nodes: 2 },
}
const scaled = { replicas: undefined, minReplicas: 2, maxReplicas: 4 }

/** Fleets by target which together become an object of every kind that a Fleet may become there. */
export const fleetsOfEveryKind: Readonly<Record<'kubernetes' | 'kserve' | 'llmd', readonly FleetCase[]>> = {
  kubernetes: [
    caseOf(
      'around',
      [
        { name: 'keda', ...engine, ...scaled, autoscale: { by: 'keda', ttft: '2s' } },
        { name: 'hpa', ...engine, ...scaled, autoscale: { by: 'hpa' } },
        { name: 'loaded', engine: 'simulated', ...scaled },
        { name: 'claimed', ...engine, hardware: { gpu: 'l40s', sharing: 'dra' } },
      ],
      {
        storage: { state: { kind: 'redis' }, images: { prePull: true } },
        targets: { kubernetes: { gpuQuota: 8, ingress: { kind: 'traefik', ...way } } },
      },
    ),
    caseOf(
      'wide',
      [
        { name: 'machines', ...overMachines },
        { name: 'loaded', ...overMachines, ...scaled },
      ],
      { targets: { kubernetes: { ingress: { kind: 'ingress', ...way } } } },
    ),
    caseOf('routed', [{ name: 'small', engine: 'simulated' }], {
      targets: { kubernetes: { ingress: { kind: 'gatewayApi', className: 'istio', ...way } } },
    }),
  ],
  kserve: [
    caseOf(
      'served',
      [
        { name: 'one', ...engine },
        { name: 'claimed', ...engine, hardware: { gpu: 'l40s', sharing: 'dra' } },
      ],
      {
        storage: { state: { kind: 'redis' }, images: { prePull: true } },
        targets: { default: 'kserve', kserve: { gpuQuota: 8, ingress: { kind: 'traefik', ...way } } },
      },
    ),
    caseOf('large', [{ name: 'one', ...engine }], {
      targets: { default: 'kserve', kserve: { kind: 'LLMInferenceService', ingress: { kind: 'ingress', ...way } } },
    }),
    caseOf('routed', [{ name: 'one', ...engine }], {
      targets: { default: 'kserve', kserve: { ingress: { kind: 'gatewayApi', className: 'istio', ...way } } },
    }),
  ],
  llmd: [
    caseOf('pools', [{ name: 'one', ...engine, aliases: ['other'], flow }], {
      storage: { state: { kind: 'redis' }, images: { prePull: true } },
      targets: { default: 'llmd', llmd: { ingress: { kind: 'traefik', ...way } } },
    }),
    caseOf(
      'around',
      [
        { name: 'keda', ...engine, ...scaled, autoscale: { by: 'keda', ttft: '2s' } },
        { name: 'hpa', ...engine, ...scaled, autoscale: { by: 'hpa' } },
        { name: 'claimed', ...engine, hardware: { gpu: 'l40s', sharing: 'dra' } },
      ],
      { targets: { default: 'llmd', llmd: { gpuQuota: 8, ingress: { kind: 'ingress', ...way } } } },
    ),
    caseOf('routed', [{ name: 'one', ...engine }], {
      targets: { default: 'llmd', llmd: { ingress: { kind: 'gatewayApi', className: 'istio', ...way } } },
    }),
  ],
}
