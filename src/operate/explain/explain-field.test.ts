import { describe, expect, it } from 'vitest'
import { fleetReference, fleetSchema } from '../../fleet/index.ts'
import { commandLine, factsFor, settingsOf } from '../../engines/index.ts'
import { explainField, targetPlaces } from './index.ts'

const flagsIn = (path: string, engine: string) =>
  explainField(path)?.engines.find((destination) => destination.engine === engine)?.flags

// proves A1 (real part)
describe('explainField', () => {
  it.each([
    ['models.context', 'vllm', ['--max-model-len']],
    ['models.context', 'llamacpp', ['--ctx-size', '--parallel']],
    ['models.hardware.memoryFraction', 'vllm', ['--gpu-memory-utilization']],
    ['models.hardware.memoryFraction', 'sglang', ['--mem-fraction-static']],
    ['models.prefill.maxBatchedTokens', 'vllm', ['--max-num-batched-tokens']],
    ['models.kvCache.tiers.size', 'vllm', ['--kv-offloading-size']],
    ['models.adapters', 'llamacpp', ['--lora']],
  ])('tells that %s becomes in %s %j', (path, engine, flags) => {
    expect(flagsIn(path, engine)).toEqual(expect.arrayContaining(flags))
  })

  it('names only flags that the engine’s parser knows', () => {
    for (const { path } of fleetReference()) {
      for (const { engine, flags } of explainField(path)?.engines ?? []) {
        const known = new Set(
          factsFor(engine).flags.flatMap((flag) => [flag.name, flag.negation ?? ''].concat(flag.aliases)),
        )
        expect(flags.filter((flag) => !known.has(flag))).toEqual([])
      }
    }
  })

  it('says what really happens: an example of a field changes the command line by its flags', () => {
    const { models } = fleetSchema.parse({
      name: 'lab',
      models: [{ name: 'm', source: 'hf://o/n', context: '32k', maxSequences: 64, hardware: { memoryFraction: 0.85 } }],
    })
    const [model] = models
    if (model === undefined) throw new Error('no model')
    const line = commandLine('vllm', settingsOf(model).settings)
    for (const path of ['models.context', 'models.maxSequences', 'models.hardware.memoryFraction']) {
      expect(line).toEqual(expect.arrayContaining([...(flagsIn(path, 'vllm') ?? ['?'])]))
    }
  })

  it('tells on which target something acts on it', () => {
    const targets = explainField('models.minReplicas')?.targets
    expect(targets?.find(({ target }) => target === 'kubernetes')?.actedOnBy).toEqual([
      '`fairlead render --target kubernetes`',
      '`fairlead plan`',
    ])
    expect(explainField('guard.model')?.targets.every(({ actedOnBy }) => actedOnBy.length === 0)).toBe(true)
    expect(explainField('gateway.listen')?.targets[0]).toEqual({
      target: 'local',
      actedOnBy: ['the gateway'],
      isRendered: false,
    })
  })
})

const placesOf = (path: string) => {
  const field = explainField(path)
  if (field === undefined) throw new Error(`no field ${path}`)
  return { field, places: targetPlaces(field) }
}

// proves A2 (real part)
describe('targetPlaces', () => {
  it.each([
    ['models.context', 'kubernetes', 'Deployment spec.template.spec.containers[].command[]'],
    ['models.context', 'kserve', 'InferenceService spec.predictor.model.args[]'],
    ['models.replicas', 'kubernetes', 'Deployment spec.replicas'],
    ['models.replicas', 'compose', 'compose.yaml services.*'],
    ['models.env.value', 'compose', 'compose.yaml services.*.environment.VLLM_LOGGING_LEVEL'],
    ['targets.kubernetes.networkPolicy', 'kubernetes', 'NetworkPolicy'],
    ['targets.kserve.networkPolicy', 'kserve', 'NetworkPolicy'],
    ['targets.llmd.networkPolicy', 'llmd', 'NetworkPolicy'],
    ['storage.models.size', 'llmd', 'PersistentVolumeClaim spec.resources.requests.storage'],
  ] as const)('finds %s on %s at %s, by rendering', (path, target, place) => {
    expect(placesOf(path).places.get(target)).toContain(place)
  })

  it('finds nothing for a target that does not know the field', () => {
    expect(placesOf('targets.kubernetes.networkPolicy').places.get('kserve')).toEqual([])
  })

  it('is known to those who warn: what is rendered is not called without effect', { timeout: 120_000 }, () => {
    const leaves = fleetReference().filter(({ path }) => explainField(path)?.children.length === 0)
    for (const { path } of leaves.filter((_, index) => index % 12 === 5)) {
      const { field, places } = placesOf(path)
      for (const { target, actedOnBy } of field.targets) {
        expect([path, target, actedOnBy.length > 0 || (places.get(target) ?? []).length === 0]).toEqual([
          path,
          target,
          true,
        ])
      }
    }
  })
})
