/** The parts of npm's lock file, version 3, that are read here; the rest is kept as it is. */
export interface PackageLock {
  readonly lockfileVersion: number
  readonly packages: Readonly<Record<string, LockedPackage>>
}

/** One package of a lock file. */
export interface LockedPackage {
  readonly version?: string
  readonly integrity?: string
  readonly [field: string]: unknown
}

/** The two files that `npm ci` wants. */
export interface InstallManifest {
  readonly packageJson: unknown
  readonly packageLock: PackageLock
}

const library = 'node-llama-cpp'
const libraryPath = `node_modules/${library}`
const anyBuildPath = /^node_modules\/@node-llama-cpp\//

/** The version of node-llama-cpp that the lock file pins; its builds have the same. */
export function lockedVersion(lock: PackageLock): string {
  const version = lock.packages[libraryPath]?.version
  if (version === undefined) throw new Error(`the lock file does not have ${library}`)
  return version
}

/** From the lock file of all builds, what installs the library and `buildId` alone. */
export function reduceLock(lock: PackageLock, buildId: string): InstallManifest {
  const version = lockedVersion(lock)
  const build = `@node-llama-cpp/${buildId}`
  const buildPath = `node_modules/${build}`
  const root = {
    name: 'fairlead-engine-llamacpp',
    private: true,
    dependencies: { [library]: version, [build]: version },
  }
  const others = Object.entries(lock.packages).filter(([path]) => path !== '' && !anyBuildPath.test(path))
  return {
    packageJson: root,
    packageLock: {
      ...lock,
      packages: {
        '': root,
        ...Object.fromEntries(others),
        // A build without a pinned hash is still checked against the one that the registry tells.
        [buildPath]: lock.packages[buildPath] ?? { version },
      },
    },
  }
}
