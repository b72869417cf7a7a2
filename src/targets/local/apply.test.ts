import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FleetInput } from '../../fleet/index.ts'
import type { ModelStore } from '../../models/contract.ts'
import type { ApplyContext, FleetStatus } from '../contract.ts'
import type { LocalParts } from './parts.ts'
import { createLocalTarget } from './target.ts'
import { eventually, Sandbox } from './testing/sandbox.ts'
import { silentProgress } from './testing/silent-progress.ts'
import { standInParts } from './testing/stand-in-parts.ts'

const limit = { timeout: 60_000 }
let sandbox: Sandbox
let stopping: AbortController
beforeEach(() => {
  sandbox = new Sandbox()
  stopping = new AbortController()
})
afterEach(async () => {
  stopping.abort()
  await sandbox.close()
})

const stored = { source: 'hf://o/m', path: '/m.gguf', bytes: 1, checksum: '', storedAt: '' }
const withStore = (store: Partial<ModelStore>): LocalParts => ({
  ...standInParts,
  openModelStore: () => ({ ...standInParts.openModelStore({}), ...store }),
})
const context = (): ApplyContext & { progress: ReturnType<typeof silentProgress> } => ({
  environment: sandbox.environment,
  progress: silentProgress(),
  signal: stopping.signal,
})
type ModelInput = FleetInput['models'][number]
const model: ModelInput = { name: 'm', engine: 'llamacpp', source: 'hf://o/m' }

describe('bringing a Fleet up', limit, () => {
  it('finds a taken port before anything is downloaded, and offers a free one', async () => {
    const blocker = createServer()
    const port = await new Promise<number>((resolve) => {
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as AddressInfo).port))
    })
    let pulls = 0
    const pull = async () => {
      pulls++
      return stored
    }
    const source = sandbox.fleet({ gateway: { listen: `127.0.0.1:${port}` }, models: [model] })
    const attempt = createLocalTarget(withStore({ pull })).apply(source, context())
    await expect(attempt).rejects.toMatchObject({
      parts: {
        what: `The gateway cannot listen on http://127.0.0.1:${port}`,
        why: 'Another program listens there.',
        command: expect.stringMatching(/^fairlead up --port \d+$/),
      },
    })
    expect(pulls).toBe(0)
    expect(await sandbox.state()).toBeUndefined()
    blocker.close()
  })

  it('downloads nothing for a gateway that refuses to start', async () => {
    let pulls = 0
    const pull = async () => {
      pulls++
      return stored
    }
    const source = sandbox.fleet({ models: [{ ...model, name: 'refuse-to-start' }] })
    await expect(createLocalTarget(withStore({ pull })).apply(source, context())).rejects.toMatchObject({
      parts: { why: expect.stringContaining('bound to every address without keys') },
    })
    expect(pulls).toBe(0)
  })

  it('names the Fleet that has the port', async () => {
    const first = sandbox.up(sandbox.fleet({ models: [{ name: 'm', engine: 'simulated' }] }))
    const { gateway } = await first.ready
    const listen = gateway?.address.slice('http://'.length) ?? ''
    const source = sandbox.fleet({ name: 'other', gateway: { listen }, models: [model] })
    await expect(createLocalTarget(standInParts).apply(source, context())).rejects.toMatchObject({
      parts: { why: expect.stringContaining(`Fleet “lab” (process ${first.child.pid}) listens there`) },
    })
  })

  it('pulls weights once for models that share them, and hands their path to each engine', async () => {
    let pulls = 0
    const pull = async () => {
      pulls++
      return stored
    }
    const source = sandbox.fleet({ models: [model, { ...model, name: 'twin' }] })
    const ready = Promise.withResolvers<FleetStatus>()
    const running = createLocalTarget(withStore({ pull })).apply(source, { ...context(), onReady: ready.resolve })
    expect((await ready.promise).replicas.map(({ state }) => state)).toEqual(['ready', 'ready'])
    expect(pulls).toBe(1)
    expect(readFileSync(sandbox.logFile('twin-0'), 'utf8')).toContain('listening with /m.gguf')
    stopping.abort()
    await running
  })

  it('stops what it started and says why when a download fails', async () => {
    const source = sandbox.fleet({ models: [{ name: 'ok', engine: 'simulated' }, model] })
    const parts = withStore({ pull: () => Promise.reject(new Error('no network')) })
    await expect(createLocalTarget(parts).apply(source, context())).rejects.toThrow('no network')
    expect(await sandbox.state()).toBeUndefined()
  })

  it('ends at once, without an error, when it is stopped in the middle of a download', async () => {
    const begun = Promise.withResolvers<void>()
    const pull: ModelStore['pull'] = (_request, { signal }) => {
      begun.resolve()
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    }
    const running = createLocalTarget(withStore({ pull })).apply(sandbox.fleet({ models: [model] }), context())
    await begun.promise
    await eventually('the gateway answers meanwhile', async () => (await sandbox.state())?.gateway?.state === 'ready')
    stopping.abort()
    await expect(running).resolves.toBeUndefined()
    expect(await sandbox.state()).toBeUndefined()
  })

  it('kills what still runs when the person does not want to wait', async () => {
    const stubborn: ModelInput = { name: 'm', engine: 'simulated', engineArgs: ['--ignore-sigterm'] }
    const ready = Promise.withResolvers<FleetStatus>()
    const kill = new AbortController()
    const parts = { ...standInParts, engineGraceMs: 3_600_000 }
    const running = createLocalTarget(parts).apply(sandbox.fleet({ models: [stubborn] }), {
      ...context(),
      killSignal: kill.signal,
      onReady: ready.resolve,
    })
    await ready.promise
    stopping.abort()
    kill.abort()
    await expect(running).resolves.toBeUndefined()
  })

  it('serves a Fleet that has external models only: a gateway and nothing else', async () => {
    const ready = Promise.withResolvers<FleetStatus>()
    const far: ModelInput = { name: 'far', engine: 'external', addresses: ['http://127.0.0.1:1'] }
    const running = createLocalTarget(standInParts).apply(sandbox.fleet({ models: [far] }), {
      ...context(),
      onReady: ready.resolve,
    })
    expect(await ready.promise).toMatchObject({
      gateway: { state: 'ready' },
      replicas: [{ id: 'far-0', engine: 'external', state: 'unreachable', starts: 0, lastError: 'refused' }],
    })
    stopping.abort()
    await running
  })
})
