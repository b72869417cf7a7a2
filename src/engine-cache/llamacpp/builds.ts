import { UserError } from '../../errors/index.ts'

/** What decides which build runs here. */
export interface Machine {
  /** As `process.platform`. */
  readonly platform: string
  /** As `process.arch`. */
  readonly arch: string
  /** The C library on Linux. */
  readonly libc: 'glibc' | 'musl' | undefined
}

/** A prebuilt llama.cpp for one platform. */
export interface LlamacppBuild {
  /** The last part of its package's name, `@node-llama-cpp/<id>`. */
  readonly id: string
  /** `process.platform` and `process.arch` that it runs on. */
  readonly platform: string
  readonly arch: string
  /** Size of the package on disk in bytes; about 20 MB where it is not measured. */
  readonly bytes: number
}

/** Size on disk in bytes of node-llama-cpp 3.22.1 and its dependencies, without any build (measured). */
const libraryBytes = 48_500_000

/**
 * The builds that node-llama-cpp publishes for a processor or for Metal. Those for CUDA and Vulkan are left out: they are
 * hundreds of megabytes, and GPUs are for engines that use them well.
 */
export const llamacppBuilds: readonly LlamacppBuild[] = [
  { id: 'linux-x64', platform: 'linux', arch: 'x64', bytes: 30_400_000 },
  { id: 'linux-arm64', platform: 'linux', arch: 'arm64', bytes: 20_000_000 },
  { id: 'linux-armv7l', platform: 'linux', arch: 'arm', bytes: 12_800_000 },
  { id: 'mac-arm64-metal', platform: 'darwin', arch: 'arm64', bytes: 20_000_000 },
  { id: 'mac-x64', platform: 'darwin', arch: 'x64', bytes: 20_000_000 },
  { id: 'win-x64', platform: 'win32', arch: 'x64', bytes: 20_000_000 },
  { id: 'win-arm64', platform: 'win32', arch: 'arm64', bytes: 20_000_000 },
]

/**
 * The one build that fits.
 * @throws UserError where there is none.
 */
export function chooseBuild(machine: Machine): LlamacppBuild {
  const build = llamacppBuilds.find(({ platform, arch }) => platform === machine.platform && arch === machine.arch)
  if (build !== undefined && machine.libc !== 'musl') return build
  const libc = machine.libc === 'musl' ? ', musl' : ''
  throw new UserError({
    what: `There is no prebuilt llama.cpp for this machine (${machine.platform} ${machine.arch}${libc}).`,
    why:
      machine.libc === 'musl'
        ? 'The prebuilt engine needs glibc 2.34 or newer; this Linux has musl instead.'
        : `It is built for ${llamacppBuilds.map(({ id }) => id).join(', ')}.`,
    mend: 'Install llama.cpp yourself, so that `llama-server` is on PATH; it is then used instead. This shows whether it is:',
    command: 'llama-server --version',
  })
}

/** About how many bytes an installation of `build` has on disk. */
export function installedBytes(build: LlamacppBuild): number {
  return libraryBytes + build.bytes
}

/** This machine. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    libc: process.platform === 'linux' ? linuxLibc() : undefined,
  }
}

function linuxLibc(): 'glibc' | 'musl' {
  // Else the report looks up the names of all network peers.
  Object.assign(process.report, { excludeNetwork: true })
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime === undefined ? 'musl' : 'glibc'
}
