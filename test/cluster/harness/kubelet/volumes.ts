import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type {
  Container,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Volume,
} from '../../../../src/kubernetes/index.ts'
import { run } from '../network/run.ts'
import type { Mount } from './container-process.ts'
import { MissingReference, type References } from './environment.ts'
import { expand } from './expand.ts'
import { giveToGroup, publishFiles } from './published-files.ts'
import { filesOf, type TokenSource } from './volume-files.ts'

/** What volumes are made from. */
export interface VolumeSources extends References {
  claim(name: string): PersistentVolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
  readonly tokens: TokenSource
}

/** The volumes of one Pod, as folders of this machine. */
export class PodVolumes {
  readonly #folder: string
  /** What the node's own disk is here: `hostPath` is below it. */
  readonly #nodeFolder: string
  readonly #sources: VolumeSources
  readonly #places = new Map<string, string>()
  readonly #inMemory: string[] = []
  #published = new Map<string, string>()

  constructor(folder: string, nodeFolder: string, sources: VolumeSources) {
    this.#folder = folder
    this.#nodeFolder = nodeFolder
    this.#sources = sources
  }

  /** Makes what is not there yet, and brings files up to date. Throws MissingReference while something is absent. */
  async prepare(pod: Pod): Promise<void> {
    for (const volume of pod.spec?.volumes ?? []) {
      if (await this.#publish(volume, pod)) continue
      if (!this.#places.has(volume.name)) this.#places.set(volume.name, await this.#folderOf(volume, pod))
    }
  }

  /** The mounts of a container. */
  mounts({ volumeMounts = [] }: Container, variables: ReadonlyMap<string, string>): readonly Mount[] {
    return volumeMounts.map(({ name, mountPath, subPath, subPathExpr, readOnly = false }) => {
      const place = this.#places.get(name)
      if (place === undefined) throw new Error(`there is no volume ${name}`)
      const source = join(place, subPath ?? expand(subPathExpr ?? '', variables))
      // As a kubelet does for a subPath that is not there.
      if (!existsSync(source)) mkdirSync(source, { recursive: true })
      return { source, target: mountPath, isReadOnly: readOnly }
    })
  }

  /** Gives memory back; folders go with the Pod's own. */
  async remove(): Promise<void> {
    for (const place of this.#inMemory) await run('umount', '--lazy', place)
  }

  async #publish(volume: Volume, pod: Pod): Promise<boolean> {
    const files = await filesOf(volume, pod, this.#sources, this.#sources.tokens)
    if (files === undefined) return false
    const place = join(this.#folder, volume.name)
    // A token is another one each time it is asked for; it is renewed when something else changes.
    const token = volume.projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken !== undefined)
    const state = token
      ? 'token'
      : JSON.stringify([...files].map(([path, { content }]) => [path, content.toString('base64')]))
    if (this.#published.get(volume.name) !== state) {
      mkdirSync(place, { recursive: true })
      publishFiles(place, files, pod.spec?.securityContext?.fsGroup)
      this.#published.set(volume.name, state)
    }
    this.#places.set(volume.name, place)
    return true
  }

  async #folderOf(volume: Volume, pod: Pod): Promise<string> {
    if (volume.hostPath) return this.#ofNode(volume.hostPath.path, volume.hostPath.type)
    if (volume.persistentVolumeClaim) return this.#ofClaim(volume.persistentVolumeClaim.claimName, pod)
    if (volume.emptyDir === undefined)
      throw new Error(`the kubelet of tests has no volumes such as ${JSON.stringify(volume)}`)
    const place = join(this.#folder, volume.name)
    mkdirSync(place, { recursive: true })
    if (volume.emptyDir.medium === 'Memory') {
      await run('mount', '-t', 'tmpfs', 'tmpfs', place)
      this.#inMemory.push(place)
    }
    chmodSync(place, 0o777)
    shareWithGroup(place, pod)
    return place
  }

  #ofNode(path: string, type = ''): string {
    const place = join(this.#nodeFolder, path)
    if (type === 'DirectoryOrCreate') mkdirSync(place, { recursive: true })
    if (!existsSync(place)) throw new MissingReference(`hostPath type check failed: ${path} is not a directory`)
    return place
  }

  #ofClaim(name: string, pod: Pod): string {
    const volumeName = this.#sources.claim(name)?.spec?.volumeName
    const volume = volumeName === undefined ? undefined : this.#sources.volume(volumeName)
    const path = volume?.spec?.hostPath?.path ?? volume?.spec?.local?.path
    if (path === undefined) throw new MissingReference(`unbound PersistentVolumeClaim "${name}"`)
    const place = join(this.#nodeFolder, path)
    mkdirSync(place, { recursive: true })
    shareWithGroup(place, pod)
    return place
  }
}

function shareWithGroup(place: string, pod: Pod): void {
  const group = pod.spec?.securityContext?.fsGroup
  if (group === undefined) return
  giveToGroup(place, group)
  chmodSync(place, 0o2775)
}
