import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { UserError } from '../../../errors/index.ts'
import { composeSource } from './testing/compose-source.ts'
import { silentProgress } from '../../local/testing/silent-progress.ts'
import { parseContainers } from './containers.ts'
import { explainDockerFailure } from './docker-errors.ts'
import { parseEvent } from './events.ts'
import { serviceActions } from './plan.ts'
import { createComposeTarget } from './target.ts'
import { fakeDockerHost, type FakeDockerHost, type FakeFaults } from './testing/fake-world.ts'

const recording = (name: string) => readFileSync(new URL(`testing/recordings/${name}`, import.meta.url), 'utf8')
const signal = new AbortController().signal
const keysOf = (line = '') => Object.keys(JSON.parse(line) as object).toSorted()
const first = (text: string) => text.split('\n')[0]

const hosts: FakeDockerHost[] = []
afterEach(() => hosts.splice(0).forEach((host) => host.close()))
function hostWith(faults: FakeFaults = {}) {
  const host = fakeDockerHost()
  hosts.push(host)
  host.order(faults)
  const { environment, folder } = host
  const target = createComposeTarget({ environment })
  const context = { environment, signal, progress: silentProgress(), timeoutMs: 20_000, options: { smoke: false } }
  const source = composeSource({ name: 'lab', models: [{ name: 'small', engine: 'simulated' }] }, folder)
  return { host, target, environment, context, source, folder }
}

const mistake = async (work: Promise<unknown>): Promise<UserError> => {
  const failure = await work.catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(UserError)
  return failure as UserError
}

// proves B2 (recording)
describe('what Docker and Compose print', () => {
  it('is read from `ps`: states, health, ports, exit codes', () => {
    const containers = parseContainers(recording('ps.jsonl'))
    expect(containers.map(({ id, state, exitCode }) => [id, state, exitCode])).toEqual([
      ['gateway-1', 'ready', 0],
      ['other-1', 'crash-loop', 1],
      ['small-1', 'ready', 0],
      ['small-2', 'starting', 0],
      ['weights-1', 'stopped', 137],
    ])
    expect(containers[0]).toMatchObject({
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
      published: [
        { host: '127.0.0.1', port: 8080, target: 8080 },
        { host: '127.0.0.1', port: 8081, target: 8081 },
      ],
      configHash: 'hash-of-gateway',
    })
  })

  it('is read from `events`', () => {
    const events = recording('events.jsonl').trim().split('\n').map(parseEvent)
    expect(events.map((event) => [event?.severity, event?.subject, event?.message])).toEqual([
      ['normal', 'replica small-1', 'created'],
      ['normal', 'replica small-1', 'started'],
      ['normal', 'replica small-1', 'is healthy'],
      ['normal', 'replica small-1', 'got signal 15'],
      ['warning', 'replica small-1', 'ran out of memory'],
      ['warning', 'replica small-1', 'ended with exit code 137 after 33 s'],
    ])
  })

  it.each([
    ['no-daemon.txt', 'The Docker daemon does not run'],
    ['permission-denied.txt', 'Docker does not let this user in'],
    ['no-compose.txt', 'Docker has no plugin Compose here'],
    ['missing-variable.txt', 'The variable MISSING is not set'],
  ])('of %s becomes words with a way on', (name, what) => {
    for (const text of recording(name)
      .trim()
      .split(/\n(?=unable|Cannot|permission)/)) {
      const { message, parts } = explainDockerFailure(['compose', 'up'], 1, text)
      expect(message).toBe(what)
      expect(parts.mend).toBeTypeOf('string')
    }
  })

  it('is what the fake `docker` of these tests prints, field by field', async () => {
    const { host, target, context, source } = hostWith()
    await target.apply(source, context)
    const { execFileSync } = await import('node:child_process')
    const ask = (...args: readonly string[]) =>
      execFileSync('docker', [...args], { env: { ...host.environment }, encoding: 'utf8' })
    const printed = ask('compose', '-p', 'lab', 'ps', '--all', '--format', 'json')
    expect(keysOf(first(printed))).toEqual(keysOf(first(recording('ps.jsonl'))))
    const events = first(ask('events', '--filter', 'x', '--format', 'json', '--until', '0s')) ?? ''
    expect(keysOf(events)).toEqual(keysOf(first(recording('events.jsonl'))))
    const prefix = /^\S+-\d+ +\| /
    expect(ask('compose', '-p', 'lab', 'logs')).toMatch(prefix)
    expect(recording('logs.txt')).toMatch(prefix)
    const down = ask('compose', '-p', 'lab', '--profile', '*', 'down')
    expect(down).toBe('')
    expect(recording('down.txt')).toMatch(/^ Container \S+ {2}Removed$/m)
    expect(recording('config-hash.txt')).toMatch(/^small [0-9a-f]{64}$/m)
  })
})

// proves B2 (real part)
describe('target compose where something is missing', () => {
  it.each<[FakeFaults, string]>([
    [{ noCompose: true }, 'Docker has no plugin Compose here'],
    [{ version: '2.17.2' }, 'Docker Compose 2.17.2 is too old'],
    [{ daemon: recording('no-daemon.txt') }, 'The Docker daemon does not run'],
    [{ daemon: recording('permission-denied.txt') }, 'Docker does not let this user in'],
  ])('says what and how to mend it: %j', async (faults, what) => {
    const { target, context, source, environment } = hostWith(faults)
    for (const failure of [
      await mistake(target.apply(source, context)),
      await mistake(target.status('lab', environment)),
    ]) {
      expect(failure.message).toBe(what)
      expect(failure.parts.command).toBeTypeOf('string')
    }
  })

  it('says so without Docker', async () => {
    const { target } = hostWith()
    expect(target.name).toBe('compose')
    const without = createComposeTarget({ environment: { HOME: '/', PATH: '/nonexistent' } })
    expect((await mistake(without.list({}))).message).toBe('There is no command `docker` here')
  })

  it('writes the project, and names every value of a person’s that is missing, before it starts anything', async () => {
    const { host, folder, context, target } = hostWith()
    const keys = [
      { name: 'a', value: { env: 'A_KEY' } },
      { name: 'b', value: { env: 'B_KEY' } },
      { name: 'c', value: { secretRef: { name: 'keys', key: 'c' } } },
    ]
    const input = { name: 'lab', models: [{ name: 'small', engine: 'simulated' as const }], access: { keys } }
    const source = composeSource(input, folder)
    const blocked = (await target.plan(source, host.environment)).actions.filter(({ blocks }) => blocks)
    expect(blocked.map(({ subject }) => subject)).toEqual([
      'variable A_KEY',
      'variable B_KEY',
      expect.stringMatching(/^secret .*\/secrets\/keys\/c$/),
    ])
    const { parts } = await mistake(target.apply(source, context))
    expect(parts.why).toMatch(/A_KEY[\s\S]*B_KEY[\s\S]*keys\/c/)
    expect(host.asked().some((line) => line.includes(' up '))).toBe(false)
  })
})

describe('the load of a Compose project', () => {
  it('is what its gateway tells at the published address', async () => {
    const replica = { id: 'a', model: 'small', engine: 'simulated', phase: 'serving', requests: 1, lastError: null }
    const report = {
      version: 1,
      gatewayVersion: '1.2.3',
      fleet: 'lab',
      draining: false,
      replicas: [{ ...replica, address: 'http://small:8000', ready: true, inFlight: 2, tokensPerSecond: 7 }],
    }
    const gateway = createServer((_, response) => void response.end(JSON.stringify(report)))
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
    const { port } = gateway.address() as AddressInfo
    try {
      const { target, context, folder, environment } = hostWith()
      const admin = `127.0.0.1:${port}`
      const models = [{ name: 'small', engine: 'simulated' as const }]
      await target.apply(composeSource({ name: 'lab', models, gateway: { admin } }, folder), context)
      expect(await target.status('lab', environment)).toMatchObject({
        load: { missing: null },
        replicas: [{ model: 'small', inFlight: 2, tokensPerSecond: 7 }],
      })
    } finally {
      gateway.close()
      gateway.closeAllConnections()
    }
  })
})

// proves B2 (real part)
describe('a Compose project over several hosts', () => {
  const hosts = [{ name: 'gpu-1', address: '10.0.0.11', apiKey: { env: 'ENGINE_KEY' } }]
  const models = [
    { name: 'small', engine: 'simulated' as const, replicas: 2, placement: { hosts: ['gpu-1'] } },
    { name: 'near', engine: 'simulated' as const },
  ]
  const input = { name: 'lab', models, targets: { compose: { hosts } } }

  it('starts what is of this host, and says what to do on the others', async () => {
    const { host, target, context, folder } = hostWith()
    const notes: string[] = []
    const progress = { ...context.progress, note: (message: string) => void notes.push(message) }
    const environment = { ...context.environment, ENGINE_KEY: 'k' }
    const keyed = createComposeTarget({ environment, folder: join(folder, 'project') })
    await keyed.apply(composeSource(input, folder), { ...context, environment, progress })
    expect(host.world().containers.map(({ service }) => service)).toEqual(['gateway', 'near'])
    expect(notes.filter((note) => note.includes('docker compose up'))).toEqual([
      expect.stringContaining(`copy ${join(folder, 'project', 'hosts', 'gpu-1')} there`),
    ])
    expect(readFileSync(join(folder, 'project', 'hosts', 'gpu-1', 'compose.yaml'), 'utf8')).toContain('name: lab-gpu-1')
    await expect(target.apply(composeSource(input, folder), context)).rejects.toThrow('A value of yours is missing')
  })

  it('shows replicas of other hosts as its gateway sees them', async () => {
    const common = { model: 'small', engine: 'simulated', phase: 'serving', requests: 1, lastError: null }
    const figures = { inFlight: 1, tokensPerSecond: 7 }
    const replicas = [
      { ...common, ...figures, id: 'small-10-0-0-11', address: 'http://10.0.0.11:8000', ready: true },
      { ...common, ...figures, id: 'small-10-0-0-11-8001', address: 'http://10.0.0.11:8001', ready: false },
      { ...common, ...figures, id: 'near-172-18-0-3', model: 'near', address: 'http://172.18.0.3:8000', ready: true },
    ]
    const report = { version: 1, gatewayVersion: '1.2.3', fleet: 'lab', draining: false, replicas }
    const gateway = createServer((_, response) => void response.end(JSON.stringify(report)))
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
    try {
      const { context, folder, environment: own } = hostWith()
      const environment = { ...own, ENGINE_KEY: 'k' }
      const target = createComposeTarget({ environment })
      const admin = `127.0.0.1:${(gateway.address() as AddressInfo).port}`
      await target.apply(composeSource({ ...input, gateway: { admin } }, folder), { ...context, environment })
      const { replicas: shown } = await target.status('lab', environment)
      expect(shown.map(({ id, state, node }) => [id, state, node])).toEqual([
        ['near-1', 'ready', undefined],
        ['small-10-0-0-11', 'ready', 'gpu-1'],
        ['small-10-0-0-11-8001', 'unreachable', 'gpu-1'],
      ])
    } finally {
      gateway.close()
      gateway.closeAllConnections()
    }
  })
})

// proves B2 (real part)
describe('target compose where something goes wrong', () => {
  it('tells the first cause of a replica that ends again and again, with what its last lines mean', async () => {
    const lines = ['INFO starting', 'ValueError: No available memory for the cache blocks.']
    const { target, context, folder, environment } = hostWith({ crashing: ['small'], logLines: { small: lines } })
    const source = composeSource(
      { name: 'lab', models: [{ name: 'small', source: 'hf://a/b', hardware: { gpu: 'l4' } }] },
      folder,
    )
    const { message, parts } = await mistake(target.apply(source, context))
    expect(message).toContain('small-1 does not come up')
    expect(`${message} ${parts.why ?? ''}`).toContain('nothing is left for the KV cache')
    const { problems } = await target.status('lab', environment)
    expect(problems).toEqual([expect.objectContaining({ subject: 'replica small-1', reason: 'kv-cache-none' })])
  })

  it('gives up at the end of its time', async () => {
    const { target, context, source } = hostWith({ neverHealthy: ['small'] })
    const { message } = await mistake(target.apply(source, { ...context, timeoutMs: 1 }))
    expect(message).toContain('not ready in time')
  })

  it('scales no model over the GPUs that the project gives it', async () => {
    const { target, context, folder } = hostWith()
    const model = { name: 'small', source: 'hf://a/b', hardware: { gpu: 'l4', gpus: 1 }, replicas: 2 }
    await target.apply(composeSource({ name: 'lab', models: [model] }, folder), context)
    const more = await mistake(target.scale('lab', { model: 'small', replicas: 3 }, context))
    expect(more.message).toBe('Model small has GPUs for 2 replicas in this project')
    expect(await target.scale('lab', { model: 'small', replicas: 1 }, context)).toMatchObject({ before: 2, after: 1 })
    expect(await target.scale('lab', { model: 'small', replicas: 2 }, context)).toMatchObject({ before: 1, after: 2 })
  })
})

describe('services against containers', () => {
  const service = { image: 'x', restart: 'unless-stopped', logging: { driver: 'json-file', options: {} } } as const
  const file = {
    name: 'lab',
    services: { a: service, b: { ...service, scale: 2 }, p: { ...service, profiles: ['x'] } },
    networks: {},
  }
  const [container] = parseContainers(recording('ps.jsonl'))
  const running = (name: string, configHash: string) =>
    ({ ...container, service: name, configHash }) as NonNullable<typeof container>

  it.each([
    ['create, but for those of profiles', [], ['create a', 'create b']],
    ['keep', [running('a', '1'), running('b', '2'), running('b', '2')], ['keep a', 'keep b']],
    ['change', [running('a', '0'), running('b', '2')], ['change a', 'change b']],
    [
      'prune',
      [running('a', '1'), running('b', '2'), running('b', '2'), running('old', '9')],
      ['keep a', 'keep b', 'prune old'],
    ],
  ])('are to %s', (_what, containers, expected) => {
    const hashes = new Map([
      ['a', '1'],
      ['b', '2'],
    ])
    const actions = serviceActions(file, hashes, containers)
    expect(actions.map(({ verb, subject }) => `${verb} ${subject.replace('service ', '')}`)).toEqual(expected)
  })
})

describe('a command in a container', () => {
  it('is run by `docker compose exec`, with its streams and its exit code', async () => {
    const { target, environment, context, source } = hostWith()
    await target.apply(source, context)
    let said = ''
    const output = new Writable({ write: (bytes: Buffer, _encoding, done) => ((said += bytes.toString()), done()) })
    const streams = { input: Readable.from(['typed']), output, errors: output }
    const request = { subject: 'small', command: ['sh', '-c', 'cat; echo in $SERVICE; exit 5'], streams, signal }
    const chosen: string[] = []
    const onChosen = (place: string) => chosen.push(place)
    expect(await target.exec('lab', environment, { ...request, onChosen })).toBe(5)
    expect(said).toBe('typedin small\n')
    expect(chosen).toEqual(['small-1'])
    await mistake(target.exec('lab', environment, { ...request, subject: 'nosuch' }))
    const { parts } = await mistake(target.debug('lab', environment, { ...request, image: 'x' }))
    expect(parts.command).toBe('fairlead exec small --fleet lab --target compose')
  })
})
