import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { modelsFolder, type Environment } from '../../files/index.ts'
import { describeModelSource, type ModelSource } from '../sources/index.ts'

/**
 * Where things are in the store:
 * `blobs/sha256/<hex>` whole files by content, `refs/<key>.json` what each source gave,
 * `partial/<key>/` unfinished work of a source, `locks/<key>.lock` who works on it.
 */
export interface StoreLayout {
  readonly root: string
  readonly refs: string
  blob(checksum: string): string
  ref(source: ModelSource): string
  work(source: ModelSource): string
  lock(source: ModelSource): string
}

/** A source's key: no character of it reaches a path. */
function keyOf(source: ModelSource): string {
  return `${source.kind}-${createHash('sha256').update(describeModelSource(source)).digest('hex').slice(0, 32)}`
}

/** The store's layout below `$XDG_CACHE_HOME/fairlead/models`. */
export function storeLayout(environment: Environment): StoreLayout {
  const root = modelsFolder(environment)
  const refs = join(root, 'refs')
  return {
    root,
    refs,
    blob: (checksum) => join(root, 'blobs', 'sha256', checksum.slice('sha256:'.length)),
    ref: (source) => join(refs, `${keyOf(source)}.json`),
    work: (source) => join(root, 'partial', keyOf(source)),
    lock: (source) => join(root, 'locks', `${keyOf(source)}.lock`),
  }
}
