import { diskTierOf, type Model } from '../../fleet/index.ts'
import type { EngineSettings, KvEventsEndpoints } from '../contract.ts'
import { mediaDomainsOf } from './media-domains.ts'
import { profiles, type StartingSetting } from './profiles.ts'
import { roles } from './roles.ts'
import { weightsOf } from './weights.ts'

/** Where a setting comes from and why it is what it is. */
export interface SettingReason {
  readonly setting: keyof EngineSettings
  readonly from: 'fleet' | 'role' | 'profile'
  /** Name of the role or the profile, or path of the Fleet's field. */
  readonly source: string
  readonly why: string
}

/** A model's settings, each with its reason. */
export interface ModelSettings {
  readonly settings: EngineSettings
  readonly reasons: readonly SettingReason[]
  /** Whether its profile asks for GPUs of its own. */
  readonly dedicatedGpu: boolean
  /** Whether its replicas are warmed up. */
  readonly warmup: boolean
}

/** Where a replica finds and offers its model. */
export interface ModelPlace {
  /** Path of the weights on the machine; else the engine fetches them by the model's source. */
  readonly modelPath?: string
  readonly host?: string
  readonly port?: number
  readonly threads?: number
  /** Where it publishes its KV events. */
  readonly kvEvents?: KvEventsEndpoints
}

/** What the Fleet itself says, by setting; what it leaves out is absent. */
function fleetSettings(model: Model): Partial<EngineSettings> {
  const { chat, hardware, kvCache, parallelism } = model
  const offloadBytes = kvCache.tiers
    .filter(({ medium }) => medium === 'memory')
    .reduce((sum, { size }) => sum + size, 0)
  return withoutAbsent({
    task: model.task,
    trustRemoteCode: model.trustRemoteCode || undefined,
    dtype: model.dtype === 'auto' ? undefined : model.dtype,
    quantization: model.quantization,
    context: model.context,
    memoryFraction: hardware.memoryFraction,
    maxSequences: model.maxSequences,
    maxBatchedTokens: model.maxBatchedTokens,
    kvCacheDtype: kvCache.dtype === 'auto' ? undefined : kvCache.dtype,
    blockSize: kvCache.blockSize,
    kvOffloadBytes: offloadBytes === 0 ? undefined : offloadBytes,
    kvOffloadFolder: kvFolderOf(model),
    tensorParallel: parallelism.tensor > 1 ? parallelism.tensor : undefined,
    pipelineParallel: parallelism.pipeline > 1 ? parallelism.pipeline : undefined,
    dataParallel: parallelism.data > 1 ? parallelism.data : undefined,
    expertParallel: parallelism.expert || undefined,
    prefixCaching: kvCache.prefixCaching ? undefined : false,
    chunkedPrefill: model.chunkedPrefill,
    speculative: speculativeOf(model),
    chatTemplateFile: chat.templateFile,
    toolParser: chat.toolParser,
    reasoningParser: chat.reasoningParser,
    multimodalLimits: multimodalLimitsOf(model),
    allowedMediaDomains: mediaDomainsOf(model),
    adapters: model.adapters.length === 0 ? undefined : model.adapters.filter(({ preload }) => preload).map(adapterOf),
    dynamicAdapters: model.adapters.some(({ preload }) => !preload) || undefined,
    maxLoadedAdapters: model.maxLoadedAdapters,
    maxAdapterRank: model.maxAdapterRank,
    sleepMode: model.lifecycle.whenIdle === 'sleep' || undefined,
  })
}

/** The Fleet's field that a setting comes from, where it has another name. */
const fields: Readonly<Partial<Record<keyof EngineSettings, string>>> = {
  memoryFraction: 'hardware.memoryFraction',
  kvCacheDtype: 'kvCache.dtype',
  blockSize: 'kvCache.blockSize',
  kvOffloadBytes: 'kvCache.tiers',
  kvOffloadFolder: 'kvCache.tiers',
  tensorParallel: 'parallelism.tensor',
  pipelineParallel: 'parallelism.pipeline',
  dataParallel: 'parallelism.data',
  expertParallel: 'parallelism.expert',
  prefixCaching: 'kvCache.prefixCaching',
  chatTemplateFile: 'chat.templateFile',
  toolParser: 'chat.toolParser',
  reasoningParser: 'chat.reasoningParser',
  multimodalLimits: 'multimodal',
  allowedMediaDomains: 'multimodal.allowedDomains',
  dynamicAdapters: 'adapters[].preload',
  sleepMode: 'lifecycle.whenIdle',
}

const settingNames = (settings: object) => Object.keys(settings) as (keyof EngineSettings)[]

/**
 * What a model's Fleet entry asks of its engine: what it says itself, else what its roles start from, else its profile, else
 * nothing, and the engine decides. Pools of prefill and decode are the caller's to lay over it.
 * @throws UserError where an engine has no way to the weights.
 */
export function settingsOf(model: Model, place: ModelPlace = {}): ModelSettings {
  const profile = profiles.find(({ name }) => name === model.profile)
  const said = fleetSettings(model)
  const reasons: SettingReason[] = settingNames(said).map((setting) => ({
    setting,
    from: 'fleet',
    source: fields[setting] ?? setting,
    why: 'The Fleet says so.',
  }))
  const settings: Partial<EngineSettings> = { ...said }
  const start = (from: 'role' | 'profile', source: string, starts: readonly StartingSetting[]) => {
    for (const { settings: starting, why } of starts)
      for (const setting of settingNames(starting)) {
        if (setting in settings) continue
        Object.assign(settings, { [setting]: starting[setting] })
        reasons.push({ setting, from, source, why })
      }
  }
  for (const role of roles) if (model.roles.includes(role.name)) start('role', role.name, role.starts)
  if (profile !== undefined) start('profile', profile.name, profile.starts)
  const cap = profile?.contextCap
  if (profile !== undefined && cap !== undefined && (settings.context ?? Infinity) > cap) {
    Object.assign(settings, { context: cap })
    const others = reasons.filter(({ setting }) => setting !== 'context')
    const why = `The profile keeps the context at ${cap} tokens at the most.`
    reasons.splice(0, reasons.length, ...others, { setting: 'context', from: 'profile', source: profile.name, why })
  }
  const weights = weightsOf(model, place.modelPath)
  const extraArgs = model.engineArgs.length === 0 ? {} : { extraArgs: model.engineArgs }
  const { host, port, threads } = place
  return {
    settings: {
      ...weights,
      servedNames: [model.name, ...model.aliases],
      ...withoutAbsent({ host, port, threads }),
      ...settings,
      ...(place.kvEvents === undefined ? {} : eventsSettings(place.kvEvents)),
      ...extraArgs,
    },
    reasons,
    dedicatedGpu: profile?.dedicatedGpu ?? false,
    warmup: model.warmup.enabled ?? profile?.warmup ?? false,
  }
}

/**
 * What routing by KV events asks of an engine: the events, prefixes to tell of, names of images that can be computed here,
 * and what came of them in its answers.
 */
const eventsSettings = ({ endpoint, replayEndpoint }: KvEventsEndpoints): Partial<EngineSettings> => ({
  prefixCaching: true,
  kvEventsEndpoint: endpoint,
  kvEventsReplayEndpoint: replayEndpoint,
  promptTokensDetails: true,
  mediaHash: 'sha256',
})

/** Where a tier on disk lies in a container, unless the Fleet names a folder. */
const kvFolder = '/var/cache/fairlead/kv'

/** The folder of the tier on disk, of an engine that has one. */
function kvFolderOf({ engine, kvCache }: Model): string | undefined {
  const disk = diskTierOf(kvCache)
  return disk === undefined || engine !== 'vllm' ? undefined : (disk.path ?? kvFolder)
}

function multimodalLimitsOf({ multimodal }: Model): EngineSettings['multimodalLimits'] {
  const { images: image, audios: audio, videos: video } = multimodal
  const limits = withoutAbsent({ image, audio, video })
  return Object.keys(limits).length === 0 ? undefined : limits
}

function speculativeOf({ speculative }: Model): EngineSettings['speculative'] {
  if (speculative === undefined) return undefined
  const { method, tokens, model, lookupMin, lookupMax } = speculative
  return { method, tokens, ...withoutAbsent({ model, lookupMin, lookupMax }) }
}

/** An adapter's place as engines take it: a path, or a name on the hub. */
export function adapterOf({ name, source }: Pick<Model['adapters'][number], 'name' | 'source'>): {
  readonly name: string
  readonly path: string
} {
  return { name, path: source.replace(/^hf:\/\//, '').replace(/^file:\/\//, '') }
}

/** The object without its absent entries. */
function withoutAbsent<Entries extends object>(
  entries: Entries,
): { [Key in keyof Entries]?: Exclude<Entries[Key], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Entries]?: Exclude<Entries[Key], undefined>
  }
}
