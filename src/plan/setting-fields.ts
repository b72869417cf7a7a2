import type { EngineSettings } from '../engines/index.ts'

/** Fields of a model entry that settings of an engine come from; a setting that is not here has no field of its own. */
export const settingFields: Readonly<Partial<Record<keyof EngineSettings, string>>> = {
  model: 'source',
  revision: 'revision',
  loadFormat: 'source',
  servedNames: 'name',
  task: 'task',
  trustRemoteCode: 'trustRemoteCode',
  dtype: 'dtype',
  quantization: 'quantization',
  context: 'context',
  memoryFraction: 'hardware.memoryFraction',
  maxSequences: 'maxSequences',
  maxBatchedTokens: 'maxBatchedTokens',
  threads: 'threads',
  kvCacheDtype: 'kvCache.dtype',
  blockSize: 'kvCache.blockSize',
  kvOffloadBytes: 'kvCache.tiers',
  kvOffloadFolder: 'kvCache.tiers',
  tensorParallel: 'parallelism.tensor',
  pipelineParallel: 'parallelism.pipeline',
  dataParallel: 'parallelism.data',
  expertParallel: 'parallelism.expert',
  prefixCaching: 'kvCache.prefixCaching',
  chunkedPrefill: 'chunkedPrefill',
  performanceMode: 'profile',
  speculative: 'speculative',
  chatTemplateFile: 'chat.templateFile',
  toolParser: 'chat.toolParser',
  reasoningParser: 'chat.reasoningParser',
  multimodalLimits: 'multimodal',
  allowedMediaDomains: 'multimodal.allowedDomains',
  adapters: 'adapters',
  dynamicAdapters: 'adapters[].preload',
  maxLoadedAdapters: 'maxLoadedAdapters',
  maxAdapterRank: 'maxAdapterRank',
  sleepMode: 'lifecycle.whenIdle',
  extraArgs: 'engineArgs',
}

/** Settings that count tokens. */
export const tokenSettings: ReadonlySet<keyof EngineSettings> = new Set(['context', 'maxBatchedTokens'])
