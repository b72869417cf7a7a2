import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { getJson, startFleet } from './harness/fleet.ts'
import { until } from './harness/until.ts'
import { freePort } from '../src/gateway/testing/free-port.ts'
import { openWorld, sharedCache, type World } from './harness/world.ts'

const simulated = `
name: faults
models:
  - name: swift
    engine: simulated
    replicas: 2
    simulated: { ttft: 5ms, tokensPerSecond: 500 }
`
const laptop = join(import.meta.dirname, '..', 'examples', 'laptop.yaml')

interface State {
  readonly supervisor: { readonly pid: number }
  readonly gateway: { readonly process: { readonly pid: number } | null; readonly state: string }
  readonly replicas: {
    readonly id: string
    readonly process: { readonly pid: number } | null
    readonly state: string
  }[]
}

/** Whether a process runs; a zombie does not. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    return !/\) Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

let world: World
beforeEach(async () => {
  world = await openWorld({ cache: 'shared' })
})
afterEach(() => world.close())

const state = async (): Promise<State> =>
  JSON.parse(await readFile(join(world.folder, 'home/.local/state/fairlead/faults/state.json'), 'utf8')) as State

describe('when a process is killed with SIGKILL', () => {
  // proves B1 (simulated)
  it('comes back: engine and gateway each restart alone, and the Fleet answers again', async () => {
    const fleet = await startFleet(world, simulated)
    const before = await state()
    process.kill(before.replicas[0]?.process?.pid ?? 0, 'SIGKILL')
    process.kill(before.gateway.process?.pid ?? 0, 'SIGKILL')
    const after = await until(
      async () => {
        const now = await state()
        const isBack =
          now.gateway.state === 'ready' &&
          now.replicas.every((replica) => replica.state === 'ready') &&
          now.gateway.process?.pid !== before.gateway.process?.pid &&
          now.replicas[0]?.process?.pid !== before.replicas[0]?.process?.pid
        return isBack ? now : undefined
      },
      () => `gateway and engine are back:\n${fleet.process.output()}`,
    )
    expect(after.replicas[1]?.process?.pid, 'the other engine is left alone').toBe(before.replicas[1]?.process?.pid)
    await until(
      async () => (await getJson<{ status: string }>(`${fleet.url}/health`))?.body.status === 'ok',
      () => 'healthy again',
    )
  })

  // proves B1 (simulated)
  it('leaves no orphan when the supervisor is killed, and a later `up` works', async () => {
    const fleet = await startFleet(world, simulated)
    const before = await state()
    process.kill(before.supervisor.pid, 'SIGKILL')
    const pids = [before.gateway.process?.pid, ...before.replicas.map((replica) => replica.process?.pid)].filter(
      (pid) => pid !== undefined,
    )
    expect(pids).toHaveLength(3)
    await until(
      async () => (await Promise.all(pids.map(isRunning))).every((runs) => !runs),
      () => 'gateway and engines have ended with their supervisor',
    )
    const status = await world.fairlead('status', '--json').finished
    expect(status.code).toBe(2)
    expect(fleet.process.child.signalCode ?? fleet.process.child.exitCode).not.toBeNull()
    await startFleet(world, simulated)
  })
})

describe('when the ground is not ready', () => {
  // proves B1 (real part)
  it('says that the port is taken, before it downloads anything', async () => {
    const empty = await openWorld({ cache: 'empty' })
    const blocker = createServer()
    try {
      const port = await freePort()
      await new Promise<void>((resolve) => blocker.listen(port, '127.0.0.1', resolve))
      const { code, stderr } = await empty.fairlead('up', laptop, '--port', String(port)).finished
      expect(code).toBe(1)
      expect(stderr).toContain(String(port))
      expect(stderr).toContain('--port')
      const cached = await readdir(join(empty.folder, 'home', '.cache', 'fairlead')).catch(() => [])
      expect(cached.filter((name) => name === 'models' || name === 'engines')).toEqual([])
    } finally {
      blocker.close()
      await empty.close()
    }
  })

  // proves G1 (real part)
  it('says what it could not fetch when there is no network and the cache is empty', async () => {
    const empty = await openWorld({ cache: 'empty' })
    try {
      const nowhere = 'http://127.0.0.1:9/'
      const { code, stderr } = await empty.start(
        process.execPath,
        [join(import.meta.dirname, '..', 'bin', 'fairlead.js'), 'up', laptop, '--port', String(await freePort())],
        {
          environment: {
            npm_config_registry: nowhere,
            npm_config_fetch_retries: '0',
            PIP_INDEX_URL: nowhere,
            PIP_RETRIES: '0',
            PIP_NO_INDEX: '0',
          },
        },
      ).finished
      expect(code).toBe(1)
      expect(stderr).toMatch(/network|reach|connect/i)
      expect(stderr, 'no stack trace for what a person can mend').not.toMatch(/^\s+at /m)
    } finally {
      await empty.close()
    }
  })

  // proves G2, G3 (real part)
  it('refuses a truncated and a corrupted model file, and says which command mends it', async () => {
    await world.fairlead('models', 'pull', laptop).finished
    const cache = await mkdtemp(join(tmpdir(), 'fairlead-broken-cache-'))
    try {
      await mkdir(join(cache, 'fairlead'), { recursive: true })
      await cp(join(sharedCache, 'fairlead', 'models'), join(cache, 'fairlead', 'models'), { recursive: true })
      const blobs = join(cache, 'fairlead', 'models', 'blobs', 'sha256')
      const [blob] = await readdir(blobs)
      const path = join(blobs, blob ?? '')
      const verify = () =>
        world.start(process.execPath, [join(import.meta.dirname, '..', 'bin', 'fairlead.js'), 'models', 'verify'], {
          environment: { XDG_CACHE_HOME: cache },
        }).finished
      expect((await verify()).code).toBe(0)

      const whole = await readFile(path)
      whole[50_000_000] = (whole[50_000_000] ?? 0) ^ 0xff
      await rm(path)
      await writeFile(path, whole)
      const corrupted = await verify()
      expect(corrupted.code).toBe(2)
      expect(corrupted.stdout + corrupted.stderr).toMatch(/checksum/i)

      await truncate(path, 60_000_000)
      const truncated = await verify()
      expect(truncated.code).toBe(2)
      expect(truncated.stdout + truncated.stderr).toMatch(/fairlead models pull/)
    } finally {
      await rm(cache, { recursive: true, force: true })
    }
  })

  // proves G3 (real part)
  it('leaves nothing half-valid when the disk is full', async ({ skip }) => {
    const disk = await mkdtemp(join(tmpdir(), 'fairlead-small-disk-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      await rm(disk, { recursive: true, force: true })
      skip('mounting a small tmpfs needs root')
    }
    try {
      const pull = await world.start(
        process.execPath,
        [join(import.meta.dirname, '..', 'bin', 'fairlead.js'), 'models', 'pull', laptop],
        { environment: { XDG_CACHE_HOME: disk } },
      ).finished
      expect(pull.code).toBe(1)
      expect(pull.stderr).toMatch(/space|disk/i)
      const list = await world.start(
        process.execPath,
        [join(import.meta.dirname, '..', 'bin', 'fairlead.js'), 'models', 'list', '--json'],
        { environment: { XDG_CACHE_HOME: disk } },
      ).finished
      expect(JSON.parse(list.stdout)).toEqual([])
    } finally {
      execFileSync('umount', [disk])
      await rm(disk, { recursive: true, force: true })
    }
  })
})
