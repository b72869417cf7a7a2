import { describe, expect, it } from 'vitest'
import { fleetSchema, type FleetInput } from '../../fleet/index.ts'
import { commandLine } from '../command-line.ts'
import { factsFor } from '../facts.ts'
import { checkArguments } from '../arguments/index.ts'
import { profiles, roles, settingsOf } from './index.ts'

function modelOf(fields: Partial<FleetInput['models'][number]>) {
  const source = 'hf://owner/name'
  const [model] = fleetSchema.parse({ name: 'f', models: [{ name: 'm', engine: 'vllm', source, ...fields }] }).models
  if (model === undefined) throw new Error('no model')
  return model
}

describe('the settings of a model', () => {
  it('are nothing but its weights and names when the Fleet says nothing, so that the engine decides', () => {
    expect(settingsOf(modelOf({})).settings).toEqual({ model: 'owner/name', servedNames: ['m'] })
    expect(settingsOf(modelOf({ profile: 'balanced' })).settings).toEqual({ model: 'owner/name', servedNames: ['m'] })
  })

  // proves A4 (recording)
  it.each([
    ['throughput' as const, '--gpu-memory-utilization 0.9 --max-num-batched-tokens 8192 --performance-mode throughput'],
    [
      'latency' as const,
      '--gpu-memory-utilization 0.7 --max-num-seqs 64 --max-num-batched-tokens 2048 --performance-mode interactivity',
    ],
    [
      'memory' as const,
      '--max-model-len 4096 --gpu-memory-utilization 0.6 --max-num-seqs 64 --max-num-batched-tokens 2048',
    ],
    ['balanced' as const, ''],
  ])('of profile %s become flags', (profile, flags) => {
    const line = commandLine('vllm', settingsOf(modelOf({ profile })).settings)
    expect(line.join(' ')).toBe(`owner/name --served-model-name m ${flags}`.trim())
    expect(checkArguments(factsFor('vllm'), line)).toEqual([])
  })

  it('ask for a dedicated GPU and warm-up in profile latency only', () => {
    const latency = settingsOf(modelOf({ profile: 'latency' }))
    expect(latency).toMatchObject({ dedicatedGpu: true, warmup: true })
    expect(settingsOf(modelOf({ profile: 'latency', warmup: { enabled: false } })).warmup).toBe(false)
    const memory = settingsOf(modelOf({ profile: 'memory' }))
    expect(memory).toMatchObject({ dedicatedGpu: false, warmup: false })
  })

  it('are what the Fleet says before its roles, and those before its profile, each with its reason', () => {
    const { settings, reasons } = settingsOf(
      modelOf({ profile: 'memory', roles: ['longctx'], hardware: { memoryFraction: 0.5 }, context: '32k' }),
    )
    expect(settings).toMatchObject({ memoryFraction: 0.5, maxSequences: 32, maxBatchedTokens: 2048, context: 4096 })
    const from = Object.fromEntries(reasons.map((reason) => [reason.setting, `${reason.from} ${reason.source}`]))
    expect(from).toEqual({
      memoryFraction: 'fleet hardware.memoryFraction',
      chunkedPrefill: 'role longctx',
      maxSequences: 'role longctx',
      maxBatchedTokens: 'profile memory',
      context: 'profile memory',
    })
  })

  it.each([
    [{ images: 2 }, ['invalid']],
    [{ images: 2, allowedDomains: ['example.org'] }, ['example.org']],
    [{}, undefined],
  ])('let an engine fetch media for %o from the hosts that the Fleet names, else from none', (multimodal, domains) => {
    expect(settingsOf(modelOf({ multimodal })).settings.allowedMediaDomains).toEqual(domains)
  })

  it.each([
    ['hf://owner/name@v1', { model: 'owner/name', revision: 'v1' }],
    ['file:///models/my%20model', { model: '/models/my model' }],
  ])('load %s', (source, weights) => {
    expect(settingsOf(modelOf({ source })).settings).toMatchObject(weights)
  })

  it.each([
    ['hf://owner/name:model.gguf', 'loads whole ones'],
    ['pypi://p@1/m', 'has no weights that vllm can load'],
  ])('refuse %s, which the engine could not fetch', (source, message) => {
    expect(() => settingsOf(modelOf({ source }))).toThrow(message)
  })
})

const starts = [...profiles, ...roles].flatMap(({ name, starts }) => starts.map(({ settings }) => ({ name, settings })))

it.each(starts)('a start of $name becomes a flag that vLLM takes: $settings', ({ settings }) => {
  const line = commandLine('vllm', { model: 'm', ...settings })
  expect(line.length).toBeGreaterThan(1)
  expect(checkArguments(factsFor('vllm'), line)).toEqual([])
})
