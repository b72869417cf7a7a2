/**
 * Fleets into which a field is put to see what it becomes: each gives other fields something to act on. From the plainest on,
 * since the first that shows something is the one that is told.
 */
const model = { name: 'llama-3.1-8b', source: 'hf://meta-llama/Llama-3.1-8B-Instruct', hardware: { gpu: 'h100' } }
const key = { name: 'lab', value: { secretRef: { name: 'lab', key: 'key' } } }
const lab = { name: 'lab', access: { keys: [key] } }

export const bases: readonly Readonly<Record<string, unknown>>[] = [
  { ...lab, models: [{ ...model, engine: 'vllm' }] },
  {
    ...lab,
    models: [{ ...model, engine: 'vllm', minReplicas: 2, maxReplicas: 8, autoscale: { by: 'keda' } }],
    gateway: { replicas: 2 },
    storage: { models: { kind: 'sharedClaim' } },
    targets: { kubernetes: { ingress: { host: 'llm.example.org', kind: 'gatewayApi' }, monitoring: 'operator' } },
  },
  { ...lab, models: [{ ...model, engine: 'vllm', prefill: { replicas: 1 }, decode: { replicas: 1 } }] },
  { ...lab, models: [{ name: 'qwen', source: 'hf://Qwen/Qwen3-8B-GGUF:Qwen3-8B-Q4_K_M.gguf', engine: 'llamacpp' }] },
  { ...lab, models: [{ name: 'remote', engine: 'external', addresses: ['http://gpu-1:8000'] }] },
]
