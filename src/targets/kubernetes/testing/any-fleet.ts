import * as fc from 'fast-check'

/** A value, or nothing: the field is left out. */
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })

const sources = [
  'hf://meta-llama/Llama-3.1-8B-Instruct',
  'hf://Nobody/Knows_This.Model',
  'oci://registry.example.org/models/a:1',
  'pvc://claim/path/of/model',
  'file:///srv/models/a',
]
/** Names that no object may have: capitals, dots, slashes, two that become one label, words that the Fleet’s own objects have. */
const modelNames = [
  'Qwen/Qwen3-8B',
  'qwen-qwen3-8b',
  'a',
  'gateway',
  'redis',
  'x-nodes',
  'x',
  'A.B_c:d',
  '9',
  'm'.repeat(253),
]
const sizes = ['512Mi', '1500M', '80Gi', '1234567890']

const hardware = fc.record(
  {
    gpu: maybe(fc.constantFrom('l40s', 'h100', 'a100-80gb', 'mi300x', 'rtx-4090')),
    gpus: maybe(fc.constantFrom(0, 1, 2, 4)),
    sharing: maybe(fc.constantFrom('exclusive', 'timeSlicing', 'mig', 'mps', 'dra')),
    migProfile: maybe(fc.constant('3g.40gb')),
  },
  { requiredKeys: [] },
)

const placement = fc.record(
  {
    nodeSelector: maybe(fc.constantFrom({}, { zone: 'a' }, { 'cloud.google.com/gke-accelerator': 'nvidia-l4' })),
    tolerations: maybe(
      fc.array(
        fc.record(
          {
            key: maybe(fc.constantFrom('reserved', 'nvidia.com/gpu')),
            operator: maybe(fc.constantFrom('Equal', 'Exists')),
            value: maybe(fc.constant('yes')),
            effect: maybe(fc.constantFrom('NoSchedule', 'NoExecute')),
          },
          { requiredKeys: [] },
        ),
        { maxLength: 3 },
      ),
    ),
    nodeAffinity: maybe(
      fc.array(
        fc.record({ key: fc.constantFrom('zone', 'disk'), values: fc.constant(['a']), weight: maybe(fc.constant(10)) }),
        { maxLength: 3 },
      ),
    ),
    spread: maybe(
      fc.constantFrom([], [{ topologyKey: 'kubernetes.io/hostname', required: true }], [{ topologyKey: 'zone' }]),
    ),
    priorityClass: maybe(fc.constant('high')),
  },
  { requiredKeys: [] },
)

const resources = fc.record(
  {
    cpu: maybe(fc.constantFrom('500m', 4, '0.333')),
    memory: maybe(fc.constantFrom(...sizes)),
    sharedMemory: maybe(fc.constantFrom(...sizes)),
    disk: maybe(fc.constantFrom(...sizes)),
  },
  { requiredKeys: [] },
)

const model = (name: string) =>
  fc.record(
    {
      name: fc.constant(name),
      engine: fc.constantFrom('vllm', 'sglang', 'llamacpp', 'simulated'),
      source: fc.constantFrom(...sources),
      hardware,
      placement,
      resources,
      replicas: maybe(fc.nat({ max: 3 })),
      parallelism: maybe(fc.constantFrom({}, { tensor: 2, nodes: 2 }, { data: 4, nodes: 2 }, { data: 2, nodes: 2 })),
      token: maybe(fc.constantFrom({ env: 'HF_TOKEN' }, { secretRef: { name: 'hub', key: 'token' } })),
      env: maybe(fc.constant([{ name: 'WORDS', value: '$(A) $$B $C yes 0777' }])),
      chat: maybe(fc.constantFrom({ template: '{{ x }}\n$(y)' })),
      probes: maybe(fc.constant({ startup: { interval: '3s', failures: 7 } })),
      rollout: maybe(fc.constant({ maxUnavailable: 1 })),
      startupBudget: maybe(fc.constantFrom('1s', '1h')),
    },
    { requiredKeys: ['name', 'engine', 'source'] },
  )

/** Fleets that a person may write for Kubernetes, the odd ones among them; not each can be expressed. */
export const anyFleet = fc.uniqueArray(fc.constantFrom(...modelNames), { minLength: 1, maxLength: 4 }).chain((names) =>
  fc.record(
    {
      name: fc.constantFrom('lab', 'a', 'f'.repeat(63)),
      models: fc.tuple(...names.map(model)),
      gateway: maybe(fc.constantFrom({ replicas: 2 }, { resources: { cpu: '250m', memory: '300M' } })),
      storage: maybe(
        fc.record({
          models: fc.record(
            {
              kind: maybe(fc.constantFrom('folder', 'hostPath', 'sharedClaim', 'claimPerModel')),
              storageClass: maybe(fc.constant('fast')),
              size: maybe(fc.constant('10Gi')),
            },
            { requiredKeys: [] },
          ),
          state: fc.constantFrom({}, { kind: 'redis' }, { kind: 'redis', url: 'redis://h:1' }),
        }),
      ),
      access: maybe(
        fc.constantFrom({ keysFile: '/etc/fairlead/keys' }, { keys: [{ name: 'k', value: { env: 'KEY' } }] }),
      ),
      targets: maybe(
        fc.record({
          kubernetes: fc.record(
            {
              namespace: maybe(fc.constant('n'.repeat(63))),
              labels: maybe(fc.constant({ team: 'a' })),
              sessionAffinity: maybe(fc.boolean()),
              gpuQuota: maybe(fc.constant(2)),
              serviceAliases: maybe(fc.constant([{ name: 'old', port: 1 }])),
            },
            { requiredKeys: [] },
          ),
        }),
      ),
    },
    { requiredKeys: ['name', 'models'] },
  ),
)
