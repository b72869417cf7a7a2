import type { Model } from '../../../fleet/index.ts'
import { modelFolder, storedSource, type StoredSource } from './stored-source.ts'

/** A LoRA adapter as KServe fetches it. */
export interface StoredAdapter {
  readonly name: string
  readonly uri: string
  /** Where its weights lie in the container. */
  readonly path: string
}

/** What KServe fetches for a model, and where an engine finds it. */
export interface ModelStorage {
  readonly model: StoredSource
  /** Path that the engine is told. */
  readonly path: string
  readonly adapters: readonly StoredAdapter[]
}

/**
 * What KServe fetches for a model; null for an engine without weights, and where KServe has no such source: notes say so.
 * Adapters lie beside the model’s folder, never in it: it is mounted read-only, and nothing can be mounted within.
 */
export function modelStorage({ source, engine, revision, adapters }: Model): ModelStorage | null {
  if (source === undefined || engine === 'simulated' || engine === 'external') return null
  const model = storedSource(source, engine, revision)
  if (model === undefined) return null
  const found = adapters.flatMap((adapter, index): StoredAdapter[] => {
    const stored = storedSource(adapter.source, 'vllm', adapter.revision)
    if (stored === undefined || stored.byOurStore) return []
    // A claim of several is mounted as a whole, whatever path its URI says (pkg/webhook/admission/pod, storage URIs of a list).
    const [, ...within] = stored.uri.startsWith('pvc://') ? stored.uri.slice('pvc://'.length).split('/') : []
    const folder = `${within.length > 0 ? '/mnt/claims' : '/mnt/adapters'}/${index}`
    return [{ name: adapter.name, uri: stored.uri, path: [folder, ...within].join('/') }]
  })
  const [, ...within] = found.length > 0 && model.uri.startsWith('pvc://') ? model.uri.split('/').slice(2) : []
  const path = [modelFolder, ...within, ...(model.file === '' ? [] : [model.file])].join('/')
  return { model, path, adapters: found }
}

/** `/mnt/claims/0` of a path within a claim. */
const claimRoot = (path: string) => path.split('/').slice(0, 4).join('/')

/** The storage URIs of a model with adapters, with the folder of each. */
export function storageUris({ model, adapters }: ModelStorage): { uri: string; mountPath: string }[] {
  return [
    { uri: model.uri, mountPath: modelFolder },
    ...adapters.map(({ uri, path }) => ({ uri, mountPath: claimRoot(path) })),
  ]
}
