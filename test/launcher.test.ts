import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { piece, startChatServer, type TestChatServer } from '../src/cli/testing/chat-server.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const launcher = join(root, 'bin', 'fairlead.js')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-launcher-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text) => (stdout += String(text)))
  child.stderr.on('data', (text) => (stderr += String(text)))
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })))
}

/** Node arguments that let this Node pretend to be an older one, so that the tests need no second Node. */
function pretendOld(): readonly string[] {
  const file = join(folder, 'pretend-old.cjs')
  writeFileSync(file, "Object.defineProperty(process, 'version', { value: 'v20.20.2' })\n")
  return ['--require', file]
}

/** The launcher under a Node that it takes for an old one. */
function startOld(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [...pretendOld(), script, ...args], {
    env: { ...process.env, HOME: folder, XDG_CACHE_HOME: folder, ...env },
  })
}

/** A package with the launcher, and a main file that tells who runs it. */
function packageWith(main: 'src/cli/main.ts' | 'dist/cli/main.js', body?: string): string {
  const packageFolder = join(folder, 'package')
  cpSync(join(root, 'bin'), join(packageFolder, 'bin'), { recursive: true })
  mkdirSync(dirname(join(packageFolder, main)), { recursive: true })
  writeFileSync(join(packageFolder, 'package.json'), '{"type":"module"}')
  const tell =
    'process.stdout.write(JSON.stringify({ main: import.meta.url, pid: process.pid, args: process.argv.slice(2) }))'
  writeFileSync(join(packageFolder, main), body ?? tell)
  return join(packageFolder, 'bin', 'fairlead.js')
}

/** Resolves once `check` holds. */
async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** A folder with a `node` in it that is this one. */
function pathWithNode(): string {
  const binaries = join(folder, 'binaries')
  mkdirSync(binaries)
  symlinkSync(process.execPath, join(binaries, 'node'))
  return binaries
}

/** An old Node outside of this package, where this machine has one. */
const realOldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((path) => !path.includes('node_modules'))
  .map((path) => join(path, 'node'))
  .find((binary) => existsSync(binary))

// proves Q8 (real part)
describe('bin/fairlead.js on an old Node', () => {
  it('runs the clone under a Node that fits', async () => {
    const { code, stdout, stderr } = await ended(startOld(launcher, ['version', '--json']))
    expect([code, stderr]).toEqual([0, ''])
    expect(Number.parseInt(JSON.parse(stdout).node, 10)).toBeGreaterThanOrEqual(24)
  })

  it('does so under whichever Node is on PATH', async () => {
    const child = spawn(realOldNode ?? process.execPath, [launcher, 'version', '--json'], {
      env: { ...process.env, HOME: folder, XDG_CACHE_HOME: folder },
    })
    const { code, stdout } = await ended(child)
    expect(code).toBe(0)
    expect(Number.parseInt(JSON.parse(stdout).node, 10)).toBeGreaterThanOrEqual(24)
  })

  it('leaves with the exit code of what it started', async () => {
    expect(await ended(startOld(launcher, ['statsu']))).toMatchObject({ code: 64 })
  })

  it('takes a Node on PATH when the platform package is missing', async () => {
    const child = startOld(packageWith('src/cli/main.ts'), ['up', '--port', '1'], { PATH: pathWithNode() })
    const { stdout } = await ended(child)
    const told = JSON.parse(stdout)
    expect(told.pid).not.toBe(child.pid)
    expect(told.args).toEqual(['up', '--port', '1'])
  })

  it('starts a gateway with the flags of its collector', async () => {
    const script = packageWith('src/cli/main.ts', 'process.stdout.write(JSON.stringify(process.execArgv))')
    const { stderr, stdout } = await ended(startOld(script, ['gateway'], { PATH: pathWithNode() }))
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual(
      expect.arrayContaining([
        '--single-threaded-gc',
        '--no-allocation-site-pretenuring',
        '--heap-growing-percent=300',
      ]),
    )
  })

  it('says what is missing and what to type when nothing fits', async () => {
    const { code, stdout, stderr } = await ended(startOld(packageWith('src/cli/main.ts'), [], { PATH: folder }))
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('error: Fairlead needs Node.js 24 or newer, and this is v20.20.2')
    expect(stderr).toContain('https://nodejs.org/en/download')
    expect(stderr).toContain('type  npm ci --ignore-scripts --include=optional')
  })
})

describe('bin/fairlead.js on a Node that fits', () => {
  it('needs no second process', async () => {
    const child = spawn(process.execPath, [packageWith('src/cli/main.ts')], { env: { ...process.env, HOME: folder } })
    const { stdout } = await ended(child)
    expect(JSON.parse(stdout).pid).toBe(child.pid)
  })

  it('runs the built package where there is no source', async () => {
    const { stdout } = await ended(spawn(process.execPath, [packageWith('dist/cli/main.js')]))
    expect(JSON.parse(stdout).main).toContain('/dist/cli/main.js')
  })

  it('says so when it is not built', async () => {
    const script = packageWith('src/cli/main.ts')
    rmSync(join(folder, 'package', 'src'), { recursive: true })
    const { code, stderr } = await ended(spawn(process.execPath, [script]))
    expect(code).toBe(1)
    expect(stderr).toContain('type  npm run build')
  })

  it('says so when a dependency is not installed', async () => {
    const script = packageWith('src/cli/main.ts', "import 'no-such-package'")
    const { code, stderr } = await ended(spawn(process.execPath, [script]))
    expect(code).toBe(1)
    expect(stderr).toContain('A part of Fairlead is not installed')
    expect(stderr).toContain('npm ci --ignore-scripts')
  })
})

describe('signals through the launcher', () => {
  let server: TestChatServer
  let answers = 0
  beforeEach(async () => {
    answers = 0
    server = await startChatServer(['model'], (response) => {
      answers += 1
      response.write(piece('endless'))
    })
  })
  afterEach(() => server.close())

  /** A chat that waits for the rest of an answer. */
  async function startWaiting(): Promise<ChildProcessWithoutNullStreams> {
    const child = startOld(launcher, ['chat', '--url', server.url])
    child.stdin.end('hi')
    await until(() => answers === 1)
    return child
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('passes %s on and leaves with %i', async (signal, code) => {
    const child = await startWaiting()
    child.kill(signal)
    expect(await ended(child)).toMatchObject({ code, signal: null })
    await until(() => server.aborted() === 1)
  })

  it('leaves nothing behind when it is killed', async () => {
    const child = await startWaiting()
    child.kill('SIGKILL')
    await until(() => server.aborted() === 1)
    expect(server.aborted()).toBe(1)
  })
})

describe('a closed pipe', () => {
  it('ends quietly when nobody reads any more, as in `fairlead --help | head -1`', async () => {
    const child = spawn('bash', [
      '-c',
      `set -o pipefail; "${process.execPath}" "${launcher}" schema | head -c 1 > /dev/null`,
    ])
    expect(await ended(child)).toMatchObject({ code: 0, stderr: '' })
  })
})
