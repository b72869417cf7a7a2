import * as fc from 'fast-check'
import type { FleetInput } from '../schema/fleet.ts'

type ModelInput = FleetInput['models'][number]

/** Names as people give them, near the edges of what the schema takes: long, alike but for case, other services’ names. */
const modelName = fc.oneof(
  fc.constantFrom(
    'gateway',
    'redis',
    'Meta/Llama-3.1:8B',
    'meta.llama-3-1-8b',
    'META_LLAMA',
    'a',
    `${'x'.repeat(250)}9`,
  ),
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,60}$/),
)

const secret = fc.constantFrom(
  { env: 'SOME_KEY' },
  { env: 'OTHER_KEY' },
  { secretRef: { name: 'keys', key: 'one.txt' } },
  { secretRef: { name: 'keys', key: 'two' } },
  { file: '/run/keys/a' },
  { file: 'keys/b' },
)

const sized = fc.constantFrom(
  { source: 'hf://Qwen/Qwen3-8B-AWQ', gpu: 'l40s' },
  { source: 'hf://meta-llama/Llama-3.1-8B-Instruct', gpu: 'h100' },
  { source: 'hf://nobody/knows-this-model', gpu: 'rtx-4090' },
)

/** A model on GPUs: alone, in several replicas, spread, in a group, split in prefill and decode. */
const gpuModel = fc
  .record({
    name: modelName,
    engine: fc.constantFrom('vllm' as const, 'sglang' as const),
    what: sized,
    replicas: fc.integer({ min: 0, max: 3 }),
    tensor: fc.constantFrom(1, 2, 4),
    context: fc.constantFrom('4k', '16k', undefined),
    group: fc.constantFrom('shared', undefined, undefined),
    isSplit: fc.boolean(),
    token: fc.option(secret, { nil: undefined }),
    value: fc.constantFrom('plain', '$HOME and ${X:-y}', 'a: b # c', "it's", '\\', 'línea\nnueva'),
    memory: fc.constantFrom('32Gi', undefined),
  })
  .map(({ name, engine, what, replicas, tensor, context, group, isSplit, token, value, memory }) => {
    const pool = { replicas: Math.max(1, replicas) }
    const isPair = isSplit && group === undefined
    const model: ModelInput = {
      name,
      engine,
      source: what.source,
      hardware: { gpu: what.gpu, group },
      env: [{ name: 'SOME_SETTING', value }],
      context,
      token,
      resources: { memory },
      replicas: isPair ? undefined : replicas,
      parallelism: { tensor: isPair || group !== undefined ? 1 : tensor },
      prefill: isPair ? pool : undefined,
      decode: isPair ? pool : undefined,
    }
    return model
  })

/** A model without GPUs. */
const plainModel = fc
  .record({
    name: modelName,
    kind: fc.constantFrom('llamacpp', 'simulated', 'external', 'file'),
    replicas: fc.integer({ min: 0, max: 3 }),
    key: fc.option(secret, { nil: undefined }),
  })
  .map(({ name, kind, replicas, key }): ModelInput => {
    switch (kind) {
      case 'llamacpp':
        return { name, engine: 'llamacpp', source: 'hf://owner/model:weights-Q4_K_M.gguf', replicas }
      case 'file':
        return { name, engine: 'llamacpp', source: 'file:///srv/models/a%20b.gguf', replicas }
      case 'simulated':
        return { name, engine: 'simulated', replicas }
      default:
        return { name, engine: 'external', addresses: ['http://gpu-1.example.org:8000'], apiKey: key }
    }
  })

/** Further plain hosts: by name and by address, with GPUs for whoever wants them and without. */
const furtherHosts = fc
  .tuple(secret, secret, fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 2 }))
  .map(([one, two, gpus, count]) =>
    [
      { name: 'gpu-1', address: '10.0.0.11', apiKey: one, gpus },
      { name: 'gpu-2', address: 'fd00::2', apiKey: two },
    ].slice(0, count),
  )

/** Where a model runs, in Fleets that have these hosts. */
const placement = fc.constantFrom<ModelInput['placement'][]>(
  undefined,
  undefined,
  { hosts: ['gpu-1'] },
  { hosts: ['gpu-2', 'gpu-1'] },
)

/**
 * Fleets of every shape that targets render. Some are invalid, such as two models of one name: load them, and leave those out
 * that have errors.
 */
export const arbitraryFleet: fc.Arbitrary<FleetInput> = fc.record(
  {
    name: fc.constantFrom('lab', 'a', '0', `${'long-'.repeat(12)}z`),
    models: fc.array(
      fc
        .tuple(fc.oneof(gpuModel, plainModel), placement)
        .map(([model, where]): ModelInput => Object.assign({}, model, { placement: where })),
      { minLength: 1, maxLength: 4 },
    ),
    gateway: fc.record(
      { listen: fc.constantFrom('127.0.0.1:8080', '127.0.0.1:0', '[::1]:9000') },
      { requiredKeys: [] },
    ),
    access: fc.record(
      {
        keys: fc.uniqueArray(fc.record({ name: fc.constantFrom('one', 'two', 'three'), value: secret }), {
          selector: ({ name }) => name,
          maxLength: 3,
        }),
        keysFile: fc.constantFrom('keys.txt', '/etc/fairlead/keys', '/srv/keys'),
      },
      { requiredKeys: [] },
    ),
    storage: fc.record(
      {
        models: fc.record(
          { path: fc.constantFrom('/srv/models', 'models'), offline: fc.boolean() },
          { requiredKeys: [] },
        ),
        state: fc.record(
          { kind: fc.constantFrom('embedded' as const, 'redis' as const), password: secret },
          { requiredKeys: [] },
        ),
        images: fc.record(
          {
            registry: fc.constant('registry.example.org/mirror'),
            digests: fc.constant({ 'docker.io/library/redis:7.4-bookworm': `sha256:${'0'.repeat(64)}` }),
            pullPolicy: fc.constantFrom('Always' as const, 'Never' as const),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
    targets: fc.record(
      {
        compose: fc.record(
          {
            project: fc.constant('some-project'),
            network: fc.constant('edge'),
            furtherNetworks: fc.constant(['edge', 'other']),
            serviceName: fc.constantFrom('llm', 'redis-gateway'),
            hosts: furtherHosts,
            bundle: fc.uniqueArray(
              fc.constantFrom('redis' as const, 'langfuse' as const, 'prometheus' as const, 'grafana' as const),
            ),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['name', 'models'] },
)
