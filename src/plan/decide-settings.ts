import { factsFor, settingsOf, type EngineSettings, type ModelSettings, type SettingReason } from '../engines/index.ts'
import type { Model } from '../fleet/index.ts'
import type { ModelGeometry, Sizing } from '../sizing/index.ts'
import { formatCount } from './amounts.ts'
import type { DecidedBy } from './contract.ts'
import { Decisions } from './decisions.ts'
import { factsEngine } from './engine-command.ts'
import { gpusOf, type Replica } from './replica.ts'
import { settingFields, tokenSettings } from './setting-fields.ts'
import { sizedEngine } from './size-replica.ts'

/** What is known before anything is sized: the Fleet’s own words, then its roles’ and its profile’s, then the model’s own limits. */
export function decideSettings(
  replica: Replica,
  geometry: ModelGeometry | undefined,
  asked: ModelSettings | undefined,
): Decisions {
  const decisions = new Decisions().fromFleet('hardware.gpus', gpusOf(replica))
  const { model } = replica
  if (factsEngine(model.engine) === undefined) {
    // Somebody else’s server and the simulated engine have nothing to be sized.
    return decisions
      .fromFleet('context', model.context, tokens(model.context ?? 0))
      .fromFleet('maxSequences', model.maxSequences)
      .fromFleet('maxInFlight', model.maxInFlight)
  }
  for (const reason of asked?.reasons ?? []) decide(reason, asked?.settings[reason.setting], decisions)
  if (!decisions.has('kvCache.prefixCaching')) {
    decisions.set('kvCache.prefixCaching', replica.model.kvCache.prefixCaching, 'default', 'the default')
  }
  if (asked?.dedicatedGpu === true) {
    decisions.set('hardware.sharing', 'exclusive', 'profile', 'profile latency: a GPU of its own')
  }
  if (asked?.warmup === true && replica.model.profile === 'latency') {
    decisions.set('warmup.enabled', true, 'profile', 'profile latency: the first request finds a warm engine')
  }
  if (geometry === undefined || geometry.task !== 'generate') return decisions
  const own = decisions.has('context') ? undefined : geometry.maxContext
  return decisions.set('context', own, 'model', 'the model’s own limit', tokens(geometry.maxContext))
}

function decide({ setting, from, source, why }: SettingReason, value: unknown, decisions: Decisions): void {
  const field = settingFields[setting]
  if (field === undefined || value === undefined) return
  if (setting === 'performanceMode') {
    decisions.set('profile', source, 'fleet', `from the Fleet: ${lowered(why)} (performance mode ${String(value)})`)
    return
  }
  const shown = textOf(setting, value)
  const plain = typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : shown
  const reason = from === 'fleet' ? 'from the Fleet' : `${from} ${source}: ${lowered(why)}`
  const by: DecidedBy = from
  decisions.set(field, plain, by, reason, shown)
}

function textOf(setting: keyof EngineSettings, value: unknown): string {
  if (typeof value === 'number') return tokenSettings.has(setting) ? tokens(value) : formatAmount(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  return JSON.stringify(value)
    .replaceAll(/["{}]/g, '')
    .replaceAll(/([:,])/g, '$1 ')
}

const formatAmount = (value: number) => (Number.isInteger(value) ? formatCount(value) : String(value))

/** A sentence as a part of another. */
const lowered = (sentence: string) => `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, '')

/** What the engine itself decides, once sizing has told how: every setting has a value then. */
export function fillFromSizing(replica: Replica, sizing: Sizing, decisions: Decisions): void {
  const engine = sizedEngine(replica.model.engine)
  const title = engine === undefined ? replica.model.engine : `${engineTitles[engine]} ${factsFor(engine).version}`
  const { resolved } = sizing
  const open = <Value>(field: string, value: Value) => (decisions.has(field) ? undefined : value)
  const byGpu = `${title}’s own default on this GPU`
  const batched = open('maxBatchedTokens', resolved.maxBatchedTokens)
  decisions
    .set('hardware.gpus', open('hardware.gpus', resolved.count), 'default', 'the default')
    .set('maxSequences', open('maxSequences', resolved.maxSequences), 'engine', byGpu)
    .set('maxBatchedTokens', batched, 'engine', byGpu, tokens(resolved.maxBatchedTokens))
  if (sizing.engine !== 'llamacpp') {
    const fraction = open('hardware.memoryFraction', resolved.memoryFraction)
    decisions.set('hardware.memoryFraction', fraction, 'engine', `${title}’s own default`)
  }
  const { parallelism, quantization } = resolved
  for (const field of ['tensor', 'pipeline', 'data'] as const) {
    const degree = parallelism[field]
    if (degree === 1) continue
    const why = `sizing: ${resolved.count} GPUs ${spreads[field]}`
    decisions.set(`parallelism.${field}`, open(`parallelism.${field}`, degree), 'sizing', why)
  }
  if (quantization !== undefined) {
    const { method, bits, name } = quantization
    const shown = `${name ?? method}, ${bits} bits`
    decisions.set('quantization', open('quantization', name ?? method), 'model', 'as the checkpoint is', shown)
  }
}

const engineTitles = { vllm: 'vLLM', sglang: 'SGLang', llamacpp: 'llama.cpp' } as const

const tokens = (amount: number) => `${formatCount(amount)} tokens`

/** What a replica’s engine is asked for: the settings of its model with what its pool says laid over them. */
export function askedOf(replica: Replica): ModelSettings {
  const { hardware, parallelism, maxSequences, maxBatchedTokens, engineArgs } = replica
  const { maxSequences: _, maxBatchedTokens: __, ...rest } = replica.model
  const model: Model = {
    ...rest,
    hardware,
    parallelism,
    engineArgs: [...engineArgs],
    ...(maxSequences === undefined ? {} : { maxSequences }),
    ...(maxBatchedTokens === undefined ? {} : { maxBatchedTokens }),
  }
  const isHub = model.engine !== 'llamacpp' && model.source?.startsWith('hf://') === true
  // What the store has to fetch first is shown by where it comes from.
  return settingsOf(model, isHub || model.source === undefined ? {} : { modelPath: model.source })
}

/** Why sizing spreads a model so. */
const spreads = {
  tensor: 'share each layer, as far as the heads divide',
  pipeline: 'take layers in stages, since the heads do not divide further',
  data: 'hold whole copies',
} as const
