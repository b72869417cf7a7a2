import { posix } from 'node:path'
import type { SecretReference } from '../../fleet/index.ts'
import { distinctLabels } from '../../kubernetes/index.ts'
import { gatewayFolder, secretsFolder, type NamedSecret } from '../rendering/index.ts'
import type { SecretMount } from './types.ts'

/** A file with a secret: where it lies on the host, and where a container has it. */
export interface SecretFile {
  /** Key under `secrets` of the Compose file. */
  readonly name: string
  /** Path on the host; one that begins with `./` is beside the Compose file. */
  readonly file: string
  readonly target: string
  /** Field of the Fleet that asks for it. */
  readonly path: string
  readonly readBy: 'gateway' | 'engine'
}

/** Whether a path leads into the folder of the gateway’s own files, which is mounted as a whole. */
export const isInGatewayFolder = (file: string): boolean =>
  !posix.isAbsolute(file) || posix.normalize(file).startsWith(`${gatewayFolder}/`)

/** Those of some secrets that are files, mounted Secrets and files outside of the gateway’s folder, and the file of keys. */
export function secretFilesOf(secrets: readonly NamedSecret[], keysFile?: string): readonly SecretFile[] {
  const found = [
    ...secrets.map(({ path, readBy, reference }) => ({ path, readBy, place: placeOf(reference) })),
    ...(keysFile === undefined || isInGatewayFolder(keysFile)
      ? []
      : [{ path: 'access.keysFile', readBy: 'gateway' as const, place: { file: keysFile, target: keysFile } }]),
  ]
  const names = distinctLabels(
    found.flatMap(({ place }) => (place === undefined ? [] : [place.file])),
    63,
  )
  return found.flatMap(({ path, readBy, place }) =>
    place === undefined ? [] : [{ ...place, path, readBy, name: names.get(place.file) ?? '' }],
  )
}

/** Where a secret lies on the host and in its container; undefined for a variable and for what is in the gateway’s folder. */
function placeOf({ file, secretRef }: SecretReference): { file: string; target: string } | undefined {
  if (secretRef !== undefined) {
    const within = `${secretRef.name}/${secretRef.key}`
    return { file: `./secrets/${within}`, target: `${secretsFolder}/${within}` }
  }
  if (file === undefined || isInGatewayFolder(file)) return undefined
  return { file, target: file }
}

/** The mounts of one container, each file once. */
export function secretMounts(files: readonly SecretFile[]): SecretMount[] {
  const targets = new Map(files.map(({ name, target }) => [target, { source: name, target }]))
  return [...targets.values()]
}
