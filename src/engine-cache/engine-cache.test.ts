import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UserError } from '../errors/index.ts'
import { enginesFolder, type Environment } from '../files/index.ts'
import { createEngineCache } from './engine-cache.ts'
import { thisMachine } from './llamacpp/builds.ts'
import { recordingProgress } from './testing/recording-progress.ts'

const never = new AbortController().signal
const minutes = 60_000
let home: string
let environment: Environment

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fairlead-engine-cache-'))
  environment = { ...process.env, XDG_CACHE_HOME: join(home, 'cache') }
})
afterEach(() => rm(home, { recursive: true, force: true }))

const entries = async () => (await readdir(enginesFolder(environment)).catch(() => [])).sort()

/** A program called `npm` before all others on PATH. */
async function withNpm(script: string): Promise<void> {
  const bin = join(home, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'npm'), `#!/bin/sh\n${script}\n`)
  await chmod(join(bin, 'npm'), 0o755)
  environment = { ...environment, PATH: `${bin}:${environment['PATH'] ?? ''}` }
}

describe('the engine cache', () => {
  it(
    'installs the one fitting build with npm, once for two who ask at the same time, and finds it again',
    async () => {
      const cache = createEngineCache(environment)
      expect(await cache.find('llamacpp')).toBeUndefined()
      const progress = recordingProgress()
      const install = () => cache.install('llamacpp', { environment, progress, signal: never })
      const [first, second] = await Promise.all([install(), install()])
      expect(second).toEqual(first)
      expect(progress.events.filter((event) => event.startsWith('step'))).toHaveLength(1)
      expect(progress.events.at(-1)).toMatch(/^succeed/)
      expect(progress.advances).toEqual([...progress.advances].sort((a, b) => a - b))
      expect(await cache.find('llamacpp')).toEqual(first)
      expect(await entries()).toEqual([first.folder.slice(enginesFolder(environment).length + 1)])
      expect(await readdir(join(first.folder, 'node_modules', '@node-llama-cpp'))).toHaveLength(1)
      expect(existsSync(join(first.folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js'))).toBe(true)
      // What people are told beforehand is about what it takes.
      expect(first.bytes / cache.expectedBytes('llamacpp')).toBeGreaterThan(0.7)
      expect(first.bytes / cache.expectedBytes('llamacpp')).toBeLessThan(1.4)
    },
    5 * minutes,
  )

  it('leaves nothing behind when it is interrupted half-way', async () => {
    await withNpm('echo half > half; exec sleep 600')
    const interrupt = new AbortController()
    const progress = recordingProgress((bytes) => bytes > 0 && interrupt.abort(new Error('Ctrl-C')))
    const cache = createEngineCache(environment)
    const installing = cache.install('llamacpp', { environment, progress, signal: interrupt.signal })
    await expect(installing).rejects.toThrow('Ctrl-C')
    expect(progress.events.at(-1)).toBe('fail interrupted')
    expect(await entries()).toEqual([])
    expect(await cache.find('llamacpp')).toBeUndefined()
  })

  it('takes an installation that was killed for none, and removes its remains', async () => {
    await withNpm('mkdir -p node_modules/x && echo y > node_modules/x/y')
    const cache = createEngineCache(environment)
    const install = () => cache.install('llamacpp', { environment, progress: recordingProgress(), signal: never })
    const { folder } = await install()
    await rm(join(folder, 'fairlead-engine.json'))
    await mkdir(`${folder}.installing-abc123`)
    expect(await cache.find('llamacpp')).toBeUndefined()
    await install()
    expect(await cache.find('llamacpp')).toMatchObject({ folder })
    expect(await entries()).toHaveLength(1)
  })

  it(
    'says that the registry cannot be reached, what to do, and leaves nothing',
    async () => {
      environment = {
        ...environment,
        npm_config_registry: 'http://127.0.0.1:9/',
        npm_config_cache: join(home, 'npm'),
        npm_config_fetch_retries: '0',
      }
      const cache = createEngineCache(environment)
      const installing = cache.install('llamacpp', { environment, progress: recordingProgress(), signal: never })
      const error = (await installing.catch((error: unknown) => error)) as UserError
      expect(error.parts.what).toMatch(/^Engine llama.cpp .* could not be installed\.$/)
      expect(error.parts.why).toMatch(/cannot be reached/)
      expect(error.parts.command).toBe('npm ping')
      expect(await entries()).toEqual([])
    },
    2 * minutes,
  )

  it('says that npm is missing', async () => {
    const cache = createEngineCache(environment)
    const context = { environment: { ...environment, PATH: home }, progress: recordingProgress(), signal: never }
    const error = (await cache.install('llamacpp', context).catch((error: unknown) => error)) as UserError
    expect(error.parts.why).toBe('npm is not on PATH.')
    expect(await entries()).toEqual([])
  })

  it.each([
    ['npm error code ENOSPC', 228],
    // What npm 11 does when the disk fills up while it unpacks.
    ['npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write', 0],
  ])('says that the disk is full: %s, exit code %i', async (line, exitCode) => {
    await withNpm(`echo "${line}" >&2; exit ${exitCode}`)
    const cache = createEngineCache(environment)
    const context = { environment, progress: recordingProgress(), signal: never }
    const error = (await cache.install('llamacpp', context).catch((error: unknown) => error)) as UserError
    expect(error.parts.why).toMatch(/disk is full/)
    expect(await entries()).toEqual([])
  })

  it('refuses a machine that has no build before it touches the disk', async () => {
    const cache = createEngineCache(environment, { machine: { ...thisMachine(), arch: 'mips' } })
    const context = { environment, progress: recordingProgress(), signal: never }
    await expect(cache.install('llamacpp', context)).rejects.toThrow(/no prebuilt llama.cpp/)
    expect(existsSync(enginesFolder(environment))).toBe(false)
  })

  it('runs npm in the new folder with its scripts off, whatever npm script started us', async () => {
    await withNpm('echo "$PWD $*" > called')
    environment = { ...environment, npm_config_local_prefix: '/elsewhere' }
    const cache = createEngineCache(environment)
    const { folder } = await cache.install('llamacpp', { environment, progress: recordingProgress(), signal: never })
    const called = await readFile(join(folder, 'called'), 'utf8')
    expect(called).toMatch(/^(\S+) ci --ignore-scripts .*--prefix=\1\n$/)
  })
})
