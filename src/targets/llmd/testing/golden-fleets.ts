const model = { name: 'llama', source: 'hf://meta-llama/Llama-3.1-8B-Instruct', engine: 'vllm' }
const l40s = { gpu: 'l40s' }
const targets = { default: 'llmd', llmd: { namespace: 'llm' } }

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
      targets: { default: 'llmd', llmd: { namespace: 'llm', mode: 'gateway', gatewayClass: 'istio' } },
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
}
