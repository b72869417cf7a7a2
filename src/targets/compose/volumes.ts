import { posix } from 'node:path'
import { diskTierOf, type Fleet } from '../../fleet/index.ts'
import { modelCachePath, type EngineService } from '../rendering/index.ts'
import type { Mount } from './types.ts'

/** Named volumes; Compose puts the project’s name before them. */
export const volumes = {
  /** Files of Fairlead’s model store, checked by it. */
  models: 'models',
  /** The cache that vLLM and SGLang fill themselves (HF_HOME). */
  hub: 'huggingface',
  /** Kernels that engines compile: minutes at the first start, seconds at later ones. */
  kernels: 'kernels',
  /** Tiers of KV caches on disk. */
  kvCache: 'kv-cache',
} as const

/** Where vLLM, SGLang, FlashInfer and Triton keep what they compile, as root (vllm/envs.py, VLLM_CACHE_ROOT). */
const kernelsFolder = '/root/.cache'

/** Where the model cache lies: a folder of the host where the Fleet names one, else a volume. */
export function modelMount(fleet: Fleet, target: string, volume: string): Mount {
  const { path } = fleet.storage.models
  if (path === undefined) return { type: 'volume', source: volume, target }
  return { type: 'bind', source: hostPath(path), target, bind: { create_host_path: false } }
}

/** What an engine sees of the host. */
export function mountsOf(engine: EngineService, fleet: Fleet): Mount[] {
  const { weights, model } = engine
  const isPython = model.engine === 'vllm' || model.engine === 'sglang'
  const mounts = new Map<string, Mount>()
  const add = (mount: Mount) => mounts.set(mount.target, mounts.get(mount.target) ?? mount)
  if (weights?.by === 'store') add({ ...modelMount(fleet, modelCachePath, volumes.models), read_only: true })
  if (weights?.by === 'engine' || hubSources(engine).length > 0) add(hubMount(fleet))
  for (const path of hostFiles(engine)) add(readOnly(path))
  for (const mount of kvMounts(engine)) add(mount)
  if (isPython) add({ type: 'volume', source: volumes.kernels, target: kernelsFolder })
  return [...mounts.values()]
}

/** The tier of the KV cache on disk: the host’s folder that the Fleet names, else a volume. */
function kvMounts({ model, pool }: EngineService): Mount[] {
  const target = pool.settings?.kvOffloadFolder
  if (target === undefined) return []
  const path = diskTierOf(model.kvCache)?.path
  return path === undefined
    ? [{ type: 'volume', source: volumes.kvCache, target }]
    : [{ type: 'bind', source: hostPath(path), target, bind: { create_host_path: false } }]
}

/** The engine’s own cache; in a folder of the host it is a folder of its own there, as HF_HOME says. */
function hubMount(fleet: Fleet): Mount {
  const target = fleet.storage.models.path === undefined ? `${modelCachePath}/huggingface` : modelCachePath
  return modelMount(fleet, target, volumes.hub)
}

const hubSources = ({ model }: EngineService) =>
  model.adapters.filter(({ source }) => source.startsWith('hf://')).map(({ source }) => source)

/** Files and folders of the host that an engine’s command names: they have the same path in the container. */
function hostFiles({ model, weights }: EngineService): string[] {
  const sources = [...model.adapters.map(({ source }) => source), model.speculative?.model ?? '']
  return [
    ...(weights?.by === 'present' && weights.path !== undefined && model.source?.startsWith('file://') === true
      ? [weights.path]
      : []),
    ...sources.filter((source) => source.startsWith('file://')).map((source) => source.slice('file://'.length)),
    ...[model.chat.templateFile ?? ''].filter((path) => posix.isAbsolute(path)),
  ]
}

const readOnly = (path: string): Mount => ({
  type: 'bind',
  source: path,
  target: path,
  read_only: true,
  bind: { create_host_path: false },
})

/** A path of the host; a relative one begins beside the Compose file. */
const hostPath = (path: string) => (posix.isAbsolute(path) ? path : `./${path.replace(/^\.\//, '')}`)
