import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { Agent, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { watchFiles } from './control/file-watch.ts'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import {
  answerEvents,
  answerJson,
  startUpstream,
  type Behaviour,
  type ProgrammableUpstream,
} from './testing/upstream.ts'

const chat = '/v1/chat/completions'
const event = 'data: {"choices":[]}\n\n'
const done = 'data: [DONE]\n\n'

let folder: string
const cleanUps: (() => unknown)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-reload-'))
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
  await rm(folder, { recursive: true, force: true })
})
async function upstream(behave?: Behaviour): Promise<ProgrammableUpstream> {
  const started = await startUpstream(behave)
  cleanUps.push(() => started.kill())
  return started
}

type FleetText = { readonly models: readonly object[]; readonly [section: string]: unknown }
const fleetFile = () => join(folder, 'fleet.yaml')
const write = (fleet: FleetText) => writeFile(fleetFile(), JSON.stringify({ name: 'test', ...fleet }))
async function start(fleet: FleetText): Promise<TestGateway> {
  await write(fleet)
  const gateway = await startTestGateway(fleet, { fleetFile: fleetFile() })
  cleanUps.push(() => gateway.close())
  return gateway
}
const model = (name: string, at: ProgrammableUpstream, more: object = {}) => ({
  name,
  engine: 'external',
  addresses: [at.url],
  ...more,
})
const ask = (gateway: TestGateway, name: string, key?: string) =>
  gateway.ask(chat, JSON.stringify({ model: name }), key === undefined ? {} : { headers: { 'x-api-key': key } })
const logged = (gateway: TestGateway, part: string) =>
  gateway.log.find(({ msg }) => typeof msg === 'string' && msg.includes(part))
const inForce = (gateway: TestGateway) =>
  until('the change is in force', () => logged(gateway, 'is in force') !== undefined)

describe('a Fleet file that changes', () => {
  // proves C7, Q6 (simulated)
  it('takes force for new requests, while a stream that was open goes on to its end', async () => {
    const engine = Promise.withResolvers<ServerResponse>()
    const [one, two] = [await upstream(answerEvents(engine.resolve)), await upstream(answerJson({ by: 'two' }))]
    const gateway = await start({ models: [model('old', one)] })
    await untilReady(gateway, 1)
    const stream = gateway.ask(chat, '{"model":"old","stream":true}')
    const open = await engine.promise
    open.write(event)
    await write({ models: [model('new', two)] })
    await until('the new model answers', async () => (await ask(gateway, 'new')).body.toString() === '{"by":"two"}')
    expect((await ask(gateway, 'old')).status).toBe(404)
    expect((await gateway.ask('/v1/models')).body.toString()).not.toContain('"old"')
    open.end(event + done)
    expect((await stream).body.toString()).toBe(event + event + done)
    await untilIdle(gateway)
  })

  it('brings its limit of heads to connections that are open, too', async () => {
    const one = await upstream()
    const gateway = await start({ models: [model('m', one)] })
    await untilReady(gateway, 1)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    cleanUps.push(() => agent.destroy())
    const headers = { 'x-long': 'x'.repeat(10_000) }
    const askLong = async () => (await gateway.ask(chat, '{"model":"m"}', { agent, headers })).status
    expect(await askLong()).toBe(200)
    await write({ gateway: { headerLimit: '8Ki' }, models: [model('m', one)] })
    await inForce(gateway)
    expect(await askLong()).toBe(431)
    expect(logged(gateway, 'starts again')).toBeUndefined()
  })

  it('leaves known what replicas were sent and where sessions are, where it does not change how they are chosen', async () => {
    const [one, two] = [await upstream(), await upstream()]
    const both = (name: string, routing: object, more: object = {}) => ({
      ...model(name, one),
      addresses: [one.url, two.url],
      routing,
      ...more,
    })
    const session = { policy: 'session', session: { header: 'x-session' } }
    const gateway = await start({ models: [both('m', { policy: 'prefix' }), both('s', session)] })
    await untilReady(gateway, 4)
    const choices = async (requestId: string) => {
      const prompt = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'one '.repeat(500) }] })
      await gateway.ask(chat, prompt, { headers: { 'x-request-id': `${requestId}-m` } })
      const headers = { 'x-request-id': `${requestId}-s`, 'x-session': 'mine' }
      await gateway.ask(chat, '{"model":"s"}', { headers })
      await untilIdle(gateway)
      return ['m', 's'].map(
        (name) =>
          gateway.log.find((line) => line['requestId'] === `${requestId}-${name}` && 'choice' in line)?.['choice'],
      )
    }
    expect(await choices('first')).toEqual(['new-prompt', 'least-loaded'])
    await write({ models: [both('m', { policy: 'prefix' }, { aliases: ['alias'] }), both('s', session)] })
    await inForce(gateway)
    expect(await choices('second')).toEqual(['prefix', 'session'])
    gateway.log.length = 0
    await write({ models: [both('m', { policy: 'prefix', prefix: { blocks: 2_000 } }), both('s', session)] })
    await inForce(gateway)
    expect(await choices('third')).toEqual(['new-prompt', 'session'])
  })

  it('costs no request while it changes again and again under load', async () => {
    const [one, two] = [await upstream(), await upstream()]
    const fleet = (turn: number) => ({
      models: [
        { ...model('m', one), addresses: turn % 2 === 0 ? [one.url] : [one.url, two.url], aliases: [`a${turn}`] },
      ],
      gateway: { deadlines: { connect: `${5 + (turn % 3)}s` } },
    })
    const gateway = await start(fleet(0))
    await untilReady(gateway, 1)
    const statuses: number[] = []
    const over = new AbortController()
    const clients = Array.from({ length: 8 }, async () => {
      while (!over.signal.aborted) statuses.push((await ask(gateway, 'm')).status)
    })
    for (let turn = 1; turn <= 8; turn += 1) {
      await write(fleet(turn))
      await until('it is in force', async () =>
        (await gateway.ask('/v1/models')).body.toString().includes(`"a${turn}"`),
      )
    }
    over.abort()
    await Promise.all(clients)
    expect(statuses.filter((status) => status !== 200)).toEqual([])
    await untilIdle(gateway)
    const successes = /^llm_requests_total\{model="m",status="success"\} (\d+)/m.exec(await gateway.metrics())?.[1]
    expect(Number(successes)).toBe(statuses.length)
  })

  it('and is not valid leaves the old one in force, says what is wrong, and raises a metric until it is mended', async () => {
    const one = await upstream()
    const gateway = await start({ models: [model('m', one)] })
    await untilReady(gateway, 1)
    await write({ models: [{ ...model('m', one), replicaz: 2 }] })
    await until('it is refused', () => logged(gateway, 'cannot take force') !== undefined)
    expect(String(logged(gateway, 'cannot take force')?.['problem'])).toContain('replicaz')
    expect((await ask(gateway, 'm')).status).toBe(200)
    const text = await gateway.metrics()
    expect(text).toContain('fairlead_gateway_config_reload_total{reason="invalid"} 1')
    expect(text).toContain('fairlead_gateway_config_last_reload_success 0')
    await write({ models: [model('m', one), model('n', one)] })
    await inForce(gateway)
    expect(await gateway.metrics()).toContain('fairlead_gateway_config_last_reload_success 1')
  })

  it('cannot become another Fleet', async () => {
    const one = await upstream()
    const gateway = await start({ models: [model('m', one)] })
    await writeFile(fleetFile(), JSON.stringify({ name: 'other', models: [model('n', one)] }))
    await until('it is refused', () => logged(gateway, 'cannot take force') !== undefined)
    expect(await gateway.reload()).toBe(false)
  })

  it('does not move the listeners, and says so', async () => {
    const one = await upstream()
    const gateway = await start({ models: [model('m', one)] })
    await write({ models: [model('m', one)], gateway: { listen: '127.0.0.1:1', bodyLimit: 20 } })
    await inForce(gateway)
    expect(logged(gateway, 'when the gateway starts again')).toMatchObject({ fields: ['gateway.listen'] })
    const tooLarge = await gateway.ask(chat, '{"model":"m","messages":[]}')
    expect(tooLarge.status).toBe(413)
  })

  it('is read again when asked, as SIGHUP does', async () => {
    const one = await upstream()
    const gateway = await start({ models: [model('m', one)] })
    await write({ models: [model('n', one)] })
    expect(await gateway.reload()).toBe(true)
    expect((await gateway.ask('/v1/models')).body.toString()).toContain('"n"')
  })
})

describe('a keys file that changes', () => {
  const [alice, bob] = ['sk-alice-0123456789abcdef', 'sk-bob-0123456789abcdef01']
  // proves D1 (simulated)
  it('revokes and grants within a second, and opens nothing to all when it is empty', async () => {
    const one = await upstream()
    const keysFile = join(folder, 'keys')
    await writeFile(keysFile, `alice ${alice}\n`)
    const gateway = await start({ models: [model('m', one)], access: { keysFile: 'keys' } })
    await untilReady(gateway, 1)
    expect([(await ask(gateway, 'm', alice)).status, (await ask(gateway, 'm', bob)).status]).toEqual([200, 401])
    await writeFile(keysFile, `bob ${bob}\n`)
    const changedAt = performance.now()
    await until('alice is refused', async () => (await ask(gateway, 'm', alice)).status === 401)
    // The promise is a second; a busy machine gets more.
    expect(performance.now() - changedAt).toBeLessThan(3_000)
    expect((await ask(gateway, 'm', bob)).status).toBe(200)
    await writeFile(keysFile, '')
    await until('bob is refused', async () => (await ask(gateway, 'm', bob)).status === 401)
    expect((await ask(gateway, 'm')).status).toBe(401)
  })

  it('that is broken leaves the old keys in force', async () => {
    const one = await upstream()
    await writeFile(join(folder, 'keys'), `alice ${alice}\n`)
    const gateway = await start({ models: [model('m', one)], access: { keysFile: 'keys' } })
    await untilReady(gateway, 1)
    await writeFile(join(folder, 'keys'), 'alice\n')
    await until('it is refused', () => logged(gateway, 'cannot take force') !== undefined)
    expect((await ask(gateway, 'm', alice)).status).toBe(200)
  })
})

describe('a mounted Secret', () => {
  // proves B3, D1 (simulated)
  it('that Kubernetes exchanges changes the keys that are accepted, and the key that is sent to an upstream', async () => {
    const [before, after] = ['sk-before-0123456789abcdef', 'sk-after-0123456789abcdef0']
    const secret = join(folder, 'secrets', 'lab')
    for (const [version, key] of Object.entries({ v1: before, v2: after })) {
      await mkdir(join(secret, `..${version}`), { recursive: true })
      await writeFile(join(secret, `..${version}`, 'key'), key)
    }
    await symlink('..v1', join(secret, '..data'))
    await symlink(join('..data', 'key'), join(secret, 'key'))
    const one = await upstream()
    const value = { secretRef: { name: 'lab', key: 'key' } }
    const fleet = { models: [model('m', one, { apiKey: value })], access: { keys: [{ name: 'lab', value }] } }
    await write(fleet)
    const gateway = await startTestGateway(fleet, { fleetFile: fleetFile(), secretsFolder: join(folder, 'secrets') })
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, 1)
    expect([(await ask(gateway, 'm', before)).status, (await ask(gateway, 'm', after)).status]).toEqual([200, 401])
    await symlink('..v2', join(secret, '..data_tmp'))
    await rename(join(secret, '..data_tmp'), join(secret, '..data'))
    await rm(join(secret, '..v1'), { recursive: true })
    await until('the new key is accepted', async () => (await ask(gateway, 'm', after)).status === 200)
    expect((await ask(gateway, 'm', before)).status).toBe(401)
    expect(one.received.at(-1)?.headers.authorization).toBe(`Bearer ${after}`)
  })
})

describe('following files', () => {
  it('notices a rewrite, a replacement, a loss, and a link that points elsewhere, as Kubernetes mounts do', async () => {
    let changes = 0
    const watch = watchFiles(() => (changes += 1))
    cleanUps.push(() => watch.close())
    const file = join(folder, 'plain')
    await writeFile(file, 'a')
    for (const version of ['v1', 'v2']) {
      await mkdir(join(folder, version))
      await writeFile(join(folder, version, 'mounted'), version)
    }
    await symlink('v1', join(folder, '..data'))
    await symlink(join('..data', 'mounted'), join(folder, 'mounted'))
    await watch.follow([file, join(folder, 'mounted')])
    const steps = [
      () => writeFile(file, 'ab'),
      async () => {
        await writeFile(`${file}.new`, 'ab')
        await rename(`${file}.new`, file)
      },
      () => rm(file),
      async () => {
        await symlink('v2', join(folder, '..new'))
        await rename(join(folder, '..new'), join(folder, '..data'))
      },
    ]
    for (const [index, step] of steps.entries()) {
      await step()
      await until(`change ${index} is noticed`, () => changes > index)
      expect(changes).toBe(index + 1)
    }
  })
})
