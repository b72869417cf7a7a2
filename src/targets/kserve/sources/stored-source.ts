import type { EngineName } from '../../../fleet/index.ts'

/** Folder in which KServe puts a model (kserve pkg/constants, DefaultModelLocalMountPath). */
export const modelFolder = '/mnt/models'

/** A source as KServe is told it. */
export interface StoredSource {
  readonly uri: string
  /** Path below the folder that KServe mounts it in; empty where the folder is the model. */
  readonly file: string
  /** Whether only Fairlead’s model store reads such a source, so that KServe must be told to run it. */
  readonly byOurStore: boolean
}

const isFile = (path: string) => /\.gguf$/i.test(path)
const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/**
 * The storage URI of a source; undefined where KServe has nothing like it. KServe’s own storage initializer reads hf://, s3://,
 * gs:// and Azure’s https:// (python/storage/kserve_storage/kserve_storage.py); pvc:// and oci:// are mounted, not fetched.
 */
export function storedSource(source: string, engine: EngineName, revision?: string): StoredSource | undefined {
  const scheme = /^[a-z0-9-]+:\/\//.exec(source)?.[0] ?? ''
  const rest = source.slice(scheme.length)
  switch (scheme) {
    case 'hf://':
      return ofHub(rest, engine, revision)
    case 'pypi://':
      return { uri: source, file: isFile(source) ? ourFile : '', byOurStore: true }
    case 's3://':
    case 'gs://':
      return { uri: source, file: isFile(rest) ? baseName(rest) : '', byOurStore: false }
    case 'az://': {
      const [account, ...path] = rest.split('/')
      const uri = `https://${account}.blob.core.windows.net/${path.join('/')}`
      return { uri, file: isFile(rest) ? baseName(rest) : '', byOurStore: false }
    }
    case 'pvc://':
      // What is mounted is a folder of the claim (`subPath`), so that a single file is named by the engine’s path.
      return isFile(rest)
        ? { uri: source.slice(0, source.lastIndexOf('/')), file: baseName(rest), byOurStore: false }
        : { uri: source, file: '', byOurStore: false }
    case 'oci://':
      return { uri: source, file: '', byOurStore: false }
    default:
      return undefined
  }
}

/** How a file is called that Fairlead’s model store puts into the folder. */
const ourFile = 'model.gguf'

/** `owner/name[:file][@revision]`; KServe writes a revision behind a colon, and knows no single files. */
function ofHub(rest: string, engine: EngineName, revision: string | undefined): StoredSource {
  const [, name = rest, file, own] = /^([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(rest) ?? []
  const at = own ?? revision
  if (file !== undefined || engine === 'llamacpp') {
    const uri = `hf://${name}${file === undefined ? '' : `:${file}`}${at === undefined ? '' : `@${at}`}`
    return { uri, file: ourFile, byOurStore: true }
  }
  return { uri: `hf://${name}${at === undefined ? '' : `:${at}`}`, file: '', byOurStore: false }
}
