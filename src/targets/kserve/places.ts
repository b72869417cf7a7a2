import type { EngineSettings } from '../../engines/index.ts'
import type { Model } from '../../fleet/index.ts'
import type { ServicePlace } from '../rendering/index.ts'
import { modelFolder, modelStorage } from './sources/index.ts'

/** Where an engine of an InferenceService finds its weights and adapters: where KServe puts them. */
export function inferencePlace(model: Model): ServicePlace {
  const storage = modelStorage(model)
  if (storage === null) return { weights: null }
  const { path, adapters } = storage
  return {
    weights: { source: storage.model.uri, by: 'present', path },
    ...(adapters.length === 0
      ? {}
      : { settings: { adapters: adapters.map(({ name, path: at }) => ({ name, path: at })) } }),
  }
}

/** Settings that the presets of LLMInferenceServices or KServe itself put into the command (config/llmisvcconfig). */
const ofPreset: readonly (keyof EngineSettings)[] = [
  'host',
  'port',
  'servedNames',
  'adapters',
  'maxLoadedAdapters',
  'maxAdapterRank',
  'tensorParallel',
  'shutdownTimeoutSeconds',
]

/** The command’s place in an LLMInferenceService. A model with further names says all of them, KServe’s own included. */
export function llmPlace({ name, aliases, source = '' }: Model, namespace: string): ServicePlace {
  const weights = { source, by: 'present' as const, path: modelFolder }
  if (aliases.length === 0) return { weights, without: ofPreset }
  return {
    weights,
    settings: { servedNames: [name, ...aliases, `publishers/${namespace}/models/${name}`] },
    without: ofPreset.filter((each) => each !== 'servedNames'),
  }
}
