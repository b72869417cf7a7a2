import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../errors/index.ts'
import { enginesFolder, withLock, type Environment } from '../files/index.ts'
import type { EngineCache, InstallableEngine, InstallContext, InstalledEngine } from './contract.ts'
import { folderBytes, watchFolderBytes } from './folder-size.ts'
import { markInstalled, readInstalled } from './installed.ts'
import { chooseBuild, installedBytes, thisMachine, type LlamacppBuild, type Machine } from './llamacpp/builds.ts'
import { lockedVersion, reduceLock, type PackageLock } from './llamacpp/reduce-lock.ts'
import lockFile from './llamacpp/package-lock.json' with { type: 'json' }
import { runNpmCi } from './run-npm.ts'

/** What an engine cache works with, beside the environment. */
export interface EngineCacheOptions {
  /** The machine to install for; this one when absent. */
  readonly machine?: Machine
}

/** The engines under `$XDG_CACHE_HOME/fairlead/engines`, each in `<name>-<version>-<build>`. */
export function createEngineCache(environment: Environment, options: EngineCacheOptions = {}): EngineCache {
  const lock: PackageLock = lockFile
  const build = () => chooseBuild(options.machine ?? thisMachine())
  const folderOf = (name: InstallableEngine, { id }: LlamacppBuild) =>
    join(enginesFolder(environment), `${name}-${lockedVersion(lock)}-${id}`)
  return {
    async find(name) {
      return readInstalled(name, folderOf(name, build()))
    },
    async install(name, context) {
      const chosen = build()
      const folder = folderOf(name, chosen)
      return (await readInstalled(name, folder)) ?? installUnderLock(name, lock, chosen, folder, context)
    },
    expectedBytes() {
      return installedBytes(build())
    },
  }
}

async function installUnderLock(
  name: InstallableEngine,
  lock: PackageLock,
  build: LlamacppBuild,
  folder: string,
  context: InstallContext,
): Promise<InstalledEngine> {
  const onWait = (pid: number | undefined) =>
    context.progress.note(`Waiting for process ${pid ?? '?'}, which is installing the same engine.`)
  try {
    return await withLock(
      `${folder}.lock`,
      context.signal,
      async () => (await readInstalled(name, folder)) ?? installInto(name, lock, build, folder, context),
      { onWait },
    )
  } catch (error) {
    throw explainFileError(error, folder)
  }
}

/** Installs into a folder beside, which gets its name only when it is whole. Runs under the lock. */
async function installInto(
  name: InstallableEngine,
  lock: PackageLock,
  build: LlamacppBuild,
  folder: string,
  { environment, progress, signal }: InstallContext,
): Promise<InstalledEngine> {
  const version = lockedVersion(lock)
  const subject = `Engine llama.cpp (node-llama-cpp ${version}, ${build.id})`
  const total = installedBytes(build)
  const step = progress.step(subject, total)
  try {
    await removeLeftovers(folder)
    const temporary = await mkdtemp(`${folder}.installing-`)
    try {
      const { packageJson, packageLock } = reduceLock(lock, build.id)
      await writeFile(join(temporary, 'package.json'), JSON.stringify(packageJson))
      await writeFile(join(temporary, 'package-lock.json'), JSON.stringify(packageLock))
      const watching = new AbortController()
      const watch = watchFolderBytes(temporary, watching.signal, (bytes) => step.advance(Math.min(bytes, total), total))
      try {
        await runNpmCi(temporary, subject, environment, signal)
      } finally {
        watching.abort()
        await watch
      }
      await markInstalled(temporary, { version, bytes: await folderBytes(temporary) })
      signal.throwIfAborted()
      await rm(folder, { recursive: true, force: true })
      await rename(temporary, folder)
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
    const installed = await readInstalled(name, folder)
    if (installed === undefined) throw new Error(`${folder} vanished while it was installed`)
    step.succeed()
    return installed
  } catch (error) {
    step.fail(signal.aborted ? 'interrupted' : error instanceof Error ? error.message : String(error))
    throw error
  }
}

/** Removes what an installation that was killed has left; the lock is held, so nobody writes there. */
async function removeLeftovers(folder: string): Promise<void> {
  const parent = join(folder, '..')
  await mkdir(parent, { recursive: true })
  const prefix = `${folder}.installing-`
  const leftovers = (await readdir(parent))
    .map((entry) => join(parent, entry))
    .filter((path) => path.startsWith(prefix))
  await Promise.all(leftovers.map((path) => rm(path, { recursive: true, force: true })))
}

/** A full or closed disk, met by our own writes, as an error for a person; anything else as it is. */
function explainFileError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (error instanceof UserError || !['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(code ?? '')) {
    return error
  }
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  return new UserError({
    what: 'The engine llama.cpp could not be installed.',
    where: folder,
    why: isFull ? 'The disk is full, or your quota is used up.' : `This folder cannot be written: ${String(error)}`,
    mend: 'Make room or give yourself the right to write there, or set XDG_CACHE_HOME to another folder. This shows what is free:',
    command: 'df -h ~/.cache',
    cause: error,
  })
}
