import { isStreamed } from '../../engines/index.ts'
import type { Model } from '../../fleet/index.ts'

/** Where the model cache is mounted in every container. */
export const modelCachePath = '/models'

/** Where a container finds a model’s weights. */
export interface WeightsPlace {
  /** The Fleet’s word for them. */
  readonly source: string
  /**
   * Who puts them there: the engine itself, from the hub into its own cache below `modelCachePath`; Fairlead’s model store
   * (`fairlead models pull`) before the engine starts; a container image that has them in its folder `/models`; nobody, since the
   * volume or the host has them; or nobody, since the engine reads them from object storage into the GPU’s memory.
   */
  readonly by: 'engine' | 'store' | 'image' | 'present' | 'stream'
  /** Path that the engine is told, in place of the source; absent when it fetches by the model’s own name. */
  readonly path?: string
}

/** The place of a model’s weights; null for an engine that needs none. */
export function weightsPlace(model: Model, modelLabel: string): WeightsPlace | null {
  const { source, engine } = model
  if (source === undefined || engine === 'simulated' || engine === 'external') return null
  if (source.startsWith('file://')) {
    return { source, by: 'present', path: decodeURIComponent(source.slice('file://'.length)) }
  }
  if (source.startsWith('pvc://')) return { source, by: 'present', path: `${modelCachePath}/${pathOfClaim(source)}` }
  // The image is at home in a folder of the model’s own, and keeps weights in `/models`, as KServe’s modelcars do.
  if (source.startsWith('oci://')) return { source, by: 'image', path: `${modelCachePath}/${modelLabel}/models` }
  if (isStreamed(model)) return { source, by: 'stream' }
  if (source.startsWith('hf://') && engine !== 'llamacpp') return { source, by: 'engine' }
  return { source, by: 'store', path: `${modelCachePath}/${modelLabel}` }
}

/** `pvc://claim/path/of/model` names a path within its claim. */
const pathOfClaim = (source: string) => source.slice('pvc://'.length).split('/').slice(1).join('/')
