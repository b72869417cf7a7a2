import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import { ask, startTestGateway, until, untilReady } from './testing/harness.ts'
import { answerEvents, startUpstream } from './testing/upstream.ts'

const external = { name: 'm', engine: 'external', addresses: ['http://127.0.0.1:9'] }
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-gateway-'))
  cleanUps.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}
async function problemOf(...start: Parameters<typeof startTestGateway>): Promise<UserError['parts']> {
  const error: unknown = await startTestGateway(...start).then(
    (gateway) => gateway.close(),
    (caught: unknown) => caught,
  )
  if (error instanceof UserError) return error.parts
  throw new Error(`expected a UserError, got ${String(error)}`)
}

const statusesAt = async (port: number, paths: readonly string[], headers = {}) =>
  Promise.all(paths.map(async (path) => (await ask(`http://127.0.0.1:${port}${path}`, undefined, { headers })).status))

describe('starting a gateway', () => {
  it.each([
    ['every IPv4 address', { listen: { host: '0.0.0.0', port: 0 } }],
    ['every IPv6 address', { listen: { host: '::', port: 0 } }],
    ['the admin listener', { admin: { host: '0.0.0.0', port: 0 } }],
  ])('refuses to serve everybody on an address that others reach: %s', async (_title, options) => {
    const parts = await problemOf({ models: [external] }, options)
    expect(parts.what).toContain('without API keys')
    expect(parts.mend).toContain('anonymous: true')
  })

  it('serves there with keys, or when the Fleet says anonymous', async () => {
    const listen = { host: '0.0.0.0', port: 0 }
    const open = await startTestGateway({ models: [external], access: { anonymous: true } }, { listen })
    expect((await open.ask('/livez')).status).toBe(200)
    await open.close()
    const keys = [{ name: 'a', value: { env: 'KEY' } }]
    const environment = { KEY: 'sk-0123456789abcdef' }
    const keyed = await startTestGateway({ models: [external], access: { keys } }, { listen, environment })
    expect((await keyed.ask('/v1/models')).status).toBe(401)
    await keyed.close()
  })

  const everywhere = { listen: { host: '0.0.0.0', port: 0 }, admin: { host: '0.0.0.0', port: 0 } }
  const probes = ['/livez', '/readyz', '/metrics']
  const load = '/admin/v1/load'

  // proves B3 (simulated)
  it('answers probes and Prometheus in a pod without keys; administration asks for one', async () => {
    const [user, admin] = ['sk-user-0123456789abcdef', 'sk-admin-0123456789abcdef']
    const keys = [
      { name: 'user', value: { env: 'USER_KEY' } },
      { name: 'admin', value: { env: 'ADMIN_KEY' }, scopes: ['admin'] },
    ]
    const environment = { USER_KEY: user, ADMIN_KEY: admin }
    const gateway = await startTestGateway({ models: [external], access: { keys } }, { ...everywhere, environment })
    cleanUps.push(() => gateway.close())
    expect(await statusesAt(gateway.address.port, probes)).toEqual([200, 200, 401])
    const { port } = gateway.adminAddress
    expect(await statusesAt(port, [...probes, load])).toEqual([200, 200, 200, 401])
    expect(await statusesAt(port, [load], { 'x-api-key': user })).toEqual([403])
    expect(await statusesAt(port, [load], { 'x-api-key': admin })).toEqual([200])
  })

  // proves C7 (stand-in)
  it('is no ready pod before a slow replica has answered, so that an update sends nobody to a gateway that knows none', async () => {
    const held = Promise.withResolvers<() => void>()
    const engine = createHttpServer((_, response) => held.resolve(() => response.end('{}')))
    await new Promise<void>((resolve) => engine.listen(0, '127.0.0.1', resolve))
    cleanUps.push(async () => engine.close())
    const addresses = [`http://127.0.0.1:${(engine.address() as AddressInfo).port}`]
    const models = [{ ...external, addresses }]
    const gateway = await startTestGateway({ models, gateway: { health: { timeout: '60s' } } })
    cleanUps.push(() => gateway.close())
    const { port } = gateway.adminAddress
    const answerProbe = await held.promise
    expect(await statusesAt(port, ['/livez', '/readyz'])).toEqual([200, 503])
    answerProbe()
    await untilReady(gateway, 1)
    expect(await statusesAt(port, ['/readyz'])).toEqual([200])
  })

  it('does not take a Fleet that serves everybody for one that everybody administers', async () => {
    const fleet = { models: [external], access: { anonymous: true } }
    const gateway = await startTestGateway(fleet, everywhere)
    cleanUps.push(() => gateway.close())
    expect(await statusesAt(gateway.adminAddress.port, [...probes, load])).toEqual([200, 200, 200, 403])
  })

  it.each([
    ['an option', { isAdminOpen: true }],
    ['a variable', { environment: { FAIRLEAD_ADMIN_OPEN: 'true' } }],
  ])('opens administration where %s says that a network policy guards it', async (_title, more) => {
    const gateway = await startTestGateway({ models: [external] }, { admin: everywhere.admin, ...more })
    cleanUps.push(() => gateway.close())
    expect(await statusesAt(gateway.adminAddress.port, [...probes, load])).toEqual([200, 200, 200, 200])
  })

  it('asks for a plain word in that variable', async () => {
    const problem = await problemOf({ models: [external] }, { environment: { FAIRLEAD_ADMIN_OPEN: 'maybe' } })
    expect(problem.where).toBe('$FAIRLEAD_ADMIN_OPEN')
  })

  it('names the port that is taken and how to choose another', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => void holder.listen(0, '127.0.0.1', resolve))
    cleanUps.push(async () => holder.close())
    const { port } = holder.address() as AddressInfo
    const parts = await problemOf({ models: [external] }, { listen: { port } })
    expect(parts.what).toBe(`Port ${port} on 127.0.0.1 is taken`)
    expect(parts.mend).toContain('--port')
    const admin = await problemOf({ models: [external] }, { admin: { port } })
    expect([admin.what, admin.command]).toEqual([parts.what, `--admin-port ${port + 10}`])
  })

  it('names an address that this machine has not', async () => {
    const parts = await problemOf(
      { models: [external], access: { anonymous: true } },
      { listen: { host: '192.0.2.1' } },
    )
    expect(parts.what).toBe('This machine has no address 192.0.2.1')
  })

  it('asks for the keys that the Fleet refers to', async () => {
    const keys = [{ name: 'a', value: { env: 'ABSENT' } }]
    expect((await problemOf({ models: [external], access: { keys } })).what).toContain('ABSENT is not set')
    const model = { ...external, apiKey: { env: 'ABSENT' } }
    expect((await problemOf({ models: [model] })).where).toBe('models[0].apiKey')
  })

  it('drains when its signal fires', async () => {
    const controller = new AbortController()
    const gateway = await startTestGateway({ models: [external] }, { signal: controller.signal })
    controller.abort()
    await gateway.closed
    await expect(gateway.ask('/livez')).rejects.toThrow('ECONNREFUSED')
  })
})

interface Listening {
  readonly listen: { readonly port: number }
  readonly admin: { readonly port: number }
}
async function startProcess(fleet: string, ...args: readonly string[]) {
  const folder = await temporaryFolder()
  const file = join(folder, 'fleet.yaml')
  await writeFile(file, fleet)
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, '--fleet', file, '--port', '0', '--admin-port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  cleanUps.push(async () => {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'exit')
  })
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => (output.text += data.toString()))
  const exit = once(child, 'exit') as Promise<[number | null]>
  return { child, output, exit }
}
const listening = async (child: ChildProcess): Promise<Listening> => {
  const [message] = (await once(child, 'message')) as [Listening]
  return message
}

describe('the gateway’s process', () => {
  it('says where it listens, serves, and lets a stream finish after SIGTERM', async () => {
    const upstream = await startUpstream(
      answerEvents((response) => {
        response.write('data: 1\n\n')
        setTimeout(() => response.end('data: [DONE]\n\n'), 300)
      }),
    )
    cleanUps.push(() => upstream.kill())
    const { child, output, exit } = await startProcess(
      `name: test\nmodels: [{name: m, engine: external, addresses: ["${upstream.url}"]}]`,
    )
    const { listen } = await listening(child)
    const url = `http://127.0.0.1:${listen.port}`
    await until('it is healthy', async () => (await ask(`${url}/health`)).status === 200)
    const answer = ask(`${url}/v1/chat/completions`, '{"model":"m","stream":true}')
    await until('the stream is open', () => upstream.received.length === 1)
    child.kill('SIGTERM')
    expect((await answer).body.toString()).toBe('data: 1\n\ndata: [DONE]\n\n')
    expect(await exit).toEqual([0, null])
    const lines = output.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string })
    expect(lines.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['gateway is listening', 'request', 'gateway is closed']),
    )
  })

  it('ends when its supervisor is gone', async () => {
    const { child, exit } = await startProcess(
      'name: test\nmodels: [{name: m, engine: external, addresses: ["http://127.0.0.1:9"]}]',
    )
    await listening(child)
    child.disconnect()
    expect(await exit).toEqual([0, null])
  })

  it('says what is wrong with a Fleet, without a stack', async () => {
    const { output, exit } = await startProcess('name: test\nmodels: [{nam: m}]')
    expect((await exit)[0]).toBe(2)
    expect(output.text).toContain('fleet.yaml')
    expect(output.text).not.toContain('    at ')
  })
})

describe('with the simulated engine', () => {
  it('an official client streams, and its abort frees the engine', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => void holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as AddressInfo
    await new Promise((resolve) => holder.close(resolve))
    const { engineFor } = await import('../engines/index.ts')
    const { loadFleet } = await import('../fleet/index.ts')
    const text = 'name: test\nmodels: [{name: m, engine: simulated, simulated: {ttft: 10ms, tokensPerSecond: 200}}]'
    const model = loadFleet(text, { file: 'f' }).fleet?.models[0]
    if (model === undefined) throw new Error('the Fleet of this test is broken')
    const request = { model, host: '127.0.0.1', port, threads: 1, binariesOnPath: new Set<string>() }
    const { args, env } = engineFor('simulated').launch(request)
    const main = fileURLToPath(new URL('../engine-servers/simulated/main.ts', import.meta.url))
    const engine = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    cleanUps.push(async () => {
      if (engine.kill('SIGKILL')) await once(engine, 'exit')
    })
    const address = `http://127.0.0.1:${port}`
    const gateway = await startTestGateway({ models: [{ ...external, addresses: [address] }] })
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, 1)
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 })
    const question = { model: 'm', messages: [{ role: 'user' as const, content: 'Hello' }], max_tokens: 2_000 }
    const whole = await client.chat.completions.create({ ...question, max_tokens: 5 })
    expect(whole.usage?.completion_tokens).toBeGreaterThan(0)
    const stream = await client.chat.completions.create({ ...question, stream: true })
    let parts = 0
    for await (const part of stream) {
      parts += part.choices.length
      if (parts > 3) break
    }
    const running = async () =>
      engineFor('simulated').parseLoad((await ask(`${address}/metrics`)).body.toString()).running
    await until('the engine runs nothing', async () => (await running()) === 0)
    expect((await gateway.load()).replicas[0]).toMatchObject({ inFlight: 0, requests: 2 })
  })
})
