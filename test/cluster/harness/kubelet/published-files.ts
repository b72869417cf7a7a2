import {
  chownSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** A file of a ConfigMap, Secret or projected volume. */
export interface PublishedFile {
  readonly content: Buffer
  readonly mode: number
}

/**
 * Writes files so that a reader sees all of one version or all of the next, as a kubelet does: they lie in a folder of their
 * own, `..data` leads to it, each file's name leads through `..data`, and only that one link changes. `group` is the Pod's
 * fsGroup, which may read them.
 */
export function publishFiles(
  folder: string,
  files: ReadonlyMap<string, PublishedFile>,
  group: number | undefined,
): void {
  const data = join(folder, '..data')
  const before = existsSync(data) ? readlinkSync(data) : undefined
  const version = `..${process.hrtime.bigint()}`
  mkdirSync(join(folder, version), { recursive: true })
  for (const [path, { content, mode }] of files) {
    const target = join(folder, version, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
    chmodSync(target, group === undefined ? mode : mode | 0o040)
    if (group !== undefined) giveToGroup(target, group)
  }
  symlinkSync(version, `${data}_tmp`)
  renameSync(`${data}_tmp`, data)
  for (const path of files.keys()) {
    const [top = ''] = path.split('/')
    if (!existsSync(join(folder, top))) {
      rmSync(join(folder, top), { force: true })
      symlinkSync(join('..data', top), join(folder, top))
    }
  }
  if (before !== undefined) rmSync(join(folder, before), { recursive: true, force: true })
}

/** Where there is one user only, there is one group. */
export function giveToGroup(path: string, group: number): void {
  try {
    chownSync(path, 0, group)
  } catch {
    // An ordinary user's namespace has no such group, and its one user may read all.
  }
}
