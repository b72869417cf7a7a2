const model = { name: 'llama', source: 'hf://meta-llama/Llama-3.1-8B-Instruct', engine: 'vllm' }
const l40s = { gpu: 'l40s' }
// Alerts and dashboards are those of target kubernetes, and long.
const targets = { default: 'llmd', llmd: { namespace: 'llm', monitoring: 'none' } }

/** Fleets whose rendering is kept word for word, by the name of their file. */
export const goldenFleets: Readonly<Record<string, { readonly fleet: object; readonly gateway?: boolean }>> = {
  standalone: { fleet: { name: 'lab', models: [{ ...model, hardware: l40s, replicas: 2 }], targets } },
  gateway: {
    fleet: {
      name: 'lab',
      models: [
        {
          ...model,
          aliases: ['standard'],
          hardware: l40s,
          flow: {
            priorities: [
              { name: 'chat', level: 10 },
              { name: 'batch', level: -10 },
            ],
          },
        },
      ],
      targets: { default: 'llmd', llmd: { ...targets.llmd, mode: 'gateway', gatewayClass: 'istio' } },
    },
    gateway: false,
  },
  split: {
    fleet: {
      name: 'lab',
      models: [
        {
          ...model,
          prefill: { replicas: 2, hardware: { gpu: 'h100' } },
          decode: { replicas: 4, hardware: { gpu: 'h100' } },
          routing: { disaggregation: { minPromptTokens: 2048 } },
        },
      ],
      targets,
    },
  },
  exact: {
    fleet: {
      name: 'lab',
      models: [
        {
          ...model,
          hardware: l40s,
          replicas: 4,
          routing: { policy: 'prefixExact' },
          kvCache: { tiers: [{ medium: 'memory', size: '32Gi' }] },
        },
      ],
      targets,
    },
  },
  around: {
    fleet: {
      name: 'lab',
      models: [
        {
          ...model,
          hardware: l40s,
          minReplicas: 2,
          maxReplicas: 4,
          autoscale: { by: 'keda', concurrency: 32 },
          placement: { priorityClass: 'lab-high' },
        },
      ],
      observe: { dashboards: false, alerts: false },
      targets: { default: 'llmd', llmd: { namespace: 'llm', gpuQuota: 4 } },
    },
  },
}
