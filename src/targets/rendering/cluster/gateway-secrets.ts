import type { Fleet } from '../../../fleet/index.ts'
import type { VolumeProjection } from '../../../kubernetes/index.ts'
import type { PlanWarning } from '../../../plan/index.ts'
import { gatewayFolder } from '../gateway-service.ts'
import { secretsOf } from '../secrets.ts'

/** A file that the gateway reads, and the key of the Fleet’s Secret that it comes from. */
export interface SecretFile {
  /** Field of the Fleet. */
  readonly path: string
  /** Absolute path in the container. */
  readonly file: string
  /** Base name of the file. */
  readonly key: string
}

/** Mounted secrets of the gateway. */
export interface GatewayFiles {
  /** `secretRef:` references: keys of named Secrets, as `<name>/<key>`. */
  readonly secrets: readonly VolumeProjection[]
  /** Files that lie in the folder of the Fleet itself. */
  readonly beside: readonly VolumeProjection[]
  /** Files in other folders, which are mounted whole. */
  readonly folders: readonly {
    readonly name: string
    readonly path: string
    readonly sources: readonly VolumeProjection[]
  }[]
}

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const folderName = (path: string) => path.slice(0, path.lastIndexOf('/'))

/** An absolute path; what is not is beside the Fleet’s file. */
const absolute = (file: string) => (file.startsWith('/') ? file : `${gatewayFolder}/${file.replace(/^(?:\.\/)+/, '')}`)

/** The key of the Fleet’s Secret that a file comes from. */
export const secretFileKey = (file: string): string => baseName(absolute(file))

/** Files with secrets that the gateway reads: `file:` references, and the file of keys. */
export function secretFiles(fleet: Fleet): SecretFile[] {
  const { keysFile } = fleet.access
  const references = secretsOf(fleet).flatMap(({ path, reference, readBy }) =>
    readBy === 'gateway' && reference.file !== undefined ? [{ path, file: reference.file }] : [],
  )
  const all = [...references, ...(keysFile === undefined ? [] : [{ path: 'access.keysFile', file: keysFile }])]
  return all.map(({ path, file }) => ({ path, file: absolute(file), key: secretFileKey(file) }))
}

/** What of the gateway’s secrets is mounted, and where. Mounted without `subPath`, so that a change arrives. */
export function gatewayFiles(fleet: Fleet, secretsName: string): GatewayFiles {
  const named = new Map<string, Set<string>>()
  for (const { reference, readBy } of secretsOf(fleet)) {
    if (readBy !== 'gateway' || reference.secretRef === undefined) continue
    const { name, key } = reference.secretRef
    named.set(name, (named.get(name) ?? new Set()).add(key))
  }
  const byFolder = new Map<string, Set<string>>()
  for (const { file, key } of secretFiles(fleet)) {
    byFolder.set(folderName(file), (byFolder.get(folderName(file)) ?? new Set()).add(key))
  }
  const own = (keys: ReadonlySet<string>): VolumeProjection => ({
    secret: { name: secretsName, items: [...keys].toSorted().map((key) => ({ key, path: key })) },
  })
  const sorted = [...byFolder].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    secrets: [...named]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, keys]) => ({
        secret: { name, items: [...keys].toSorted().map((key) => ({ key, path: `${name}/${key}` })) },
      })),
    beside: sorted.filter(([path]) => path === gatewayFolder).map(([, keys]) => own(keys)),
    folders: sorted
      .filter(([path]) => path !== gatewayFolder)
      .map(([path, keys], index) => ({ name: `files-${index}`, path, sources: [own(keys)] })),
  }
}

/** Folders that a mount would hide, with programs and settings of the image in them. */
const ofTheSystem = /^\/(?:$|(?:bin|boot|dev|etc|lib|lib64|proc|root|run|sbin|sys|tmp|usr|var)(?:\/(?:lib|bin|run))?$)/

/** What of the secret files cannot be mounted where the Fleet says. */
export function secretFileNotes(fleet: Fleet, target: string): PlanWarning[] {
  const files = secretFiles(fleet)
  return files.flatMap(({ path, file, key }): PlanWarning[] => {
    const other = files.find((each) => each.key === key && each.file !== file)
    const wrong = ofTheSystem.test(folderName(file))
      ? `the folder of ${file} holds files of the image, which a mount would hide`
      : file.includes('/../') || file === `${gatewayFolder}/fleet.yaml` || file === `${gatewayFolder}/replicas.yaml`
        ? `${file} cannot be mounted`
        : !/^[-._a-zA-Z0-9]+$/.test(key)
          ? `${key} cannot be a key of a Secret, which takes letters, digits and - _ .`
          : other === undefined
            ? undefined
            : `${file} and ${other.file} would be the same key of one Secret`
    if (wrong === undefined) return []
    return [
      {
        severity: 'error',
        id: 'secret-file',
        path,
        message: `${target}: ${wrong}`,
        suggestion: `a file of its own name in ${gatewayFolder}, or secretRef: { name, key }`,
      },
    ]
  })
}
