import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { getJson } from './harness/fleet.ts'
import { until } from './harness/until.ts'
import { freePort } from '../src/gateway/testing/free-port.ts'
import { openWorld, repository, type Running, type World } from './harness/world.ts'

const keys = { one: 'key-of-the-first-host', two: 'key-of-the-second-host' }
const yaml = `name: lab
models:
  - { name: near, engine: simulated, placement: { hosts: [one] } }
  - { name: both, engine: simulated, replicas: 2, placement: { hosts: [one, two] } }
gateway: { listen: 127.0.0.1:8080 }
targets:
  default: compose
  compose:
    hosts:
      - { name: one, address: 10.0.0.11, apiKey: { env: KEY_ONE } }
      - { name: two, address: 10.0.0.12, apiKey: { secretRef: { name: engines, key: two } } }
`

interface Service {
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports: readonly string[]
}

/** Where Compose mounts secrets. */
const mounted = '/var/run/secrets/fairlead'

const ask = (url: string, model: string, headers: Record<string, string> = {}, content = 'hello') =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, max_tokens: 3, messages: [{ role: 'user', content }] }),
  })

/**
 * The rendered services of two hosts as processes of this one: their commands, variables and secrets are as rendered; addresses
 * become ports of loopback, since there is no second machine, and the folder of secrets one that a test may write.
 */
// proves B2 (simulated)
describe('a rendered project over two hosts', () => {
  let world: World
  let gatewayUrl: string
  let adminUrl: string
  let gateway: Running
  const engines: { readonly service: string; readonly url: string; readonly process: Running }[] = []
  const secrets = () => join(world.folder, 'mounted')
  const project = (...parts: readonly string[]) => join(world.folder, 'project', ...parts)

  const startServices = async (host: string, values: Readonly<Record<string, string>>, places: Map<string, string>) => {
    const { services } = parse(await readFile(project('hosts', host, 'compose.yaml'), 'utf8')) as {
      services: Record<string, Service>
    }
    for (const [service, { entrypoint, command, environment = {}, ports }] of Object.entries(services)) {
      const port = await freePort()
      const words = [...entrypoint, ...command].map((word) =>
        word.replaceAll('$$', '$').replaceAll(mounted, secrets()).replace('--port=8000', `--port=${port}`),
      )
      const given = Object.entries(environment).map(([name, value]) => {
        const variable = /^\$\{(\w+):\?/.exec(value)?.[1]
        return [name, variable === undefined ? value : (values[variable] ?? '')]
      })
      const process = world.start(words[0] ?? '', words.slice(1), {
        environment: { ...path(), ...Object.fromEntries(given) },
      })
      const published = ports[0]?.replace(/:8000$/, '') ?? ''
      places.set(`http://${published}`, `http://127.0.0.1:${port}`)
      engines.push({ service: `${host}/${service}`, url: `http://127.0.0.1:${port}`, process })
    }
  }
  const path = () => ({ PATH: `${join(world.folder, 'bin')}${delimiter}${world.environment['PATH'] ?? ''}` })
  beforeAll(async () => {
    world = await openWorld({ cache: 'shared' })
    await mkdir(join(world.folder, 'bin'))
    const program = await world.write(
      'bin/fairlead',
      `#!/bin/sh\nexec "${process.execPath}" "${join(repository, 'bin', 'fairlead.js')}" "$@"\n`,
    )
    await chmod(program, 0o755)
    const file = await world.write('fleet.yaml', yaml)
    const rendered = await world.fairlead('render', file, '--target', 'compose', '--output', project()).finished
    if (rendered.code !== 0) throw new Error(rendered.stderr)
    await mkdir(join(secrets(), 'engines'), { recursive: true })
    await writeFile(join(secrets(), 'engines', 'two'), `${keys.two}\n`)

    const places = new Map<string, string>()
    await startServices('one', { KEY_ONE: keys.one }, places)
    await startServices('two', {}, places)
    let pools = await readFile(project('gateway', 'replicas.yaml'), 'utf8')
    for (const [there, here] of places) pools = pools.replaceAll(there, here)
    await writeFile(project('gateway', 'replicas.yaml'), pools)

    const port = await freePort()
    gatewayUrl = `http://127.0.0.1:${port}`
    adminUrl = `http://127.0.0.1:${port + 1}`
    const flags = ['--port', String(port), '--admin-port', String(port + 1)]
    const files = ['--fleet', project('gateway', 'fleet.yaml'), '--replicas', project('gateway', 'replicas.yaml')]
    gateway = world.start(join(world.folder, 'bin', 'fairlead'), ['gateway', ...files, ...flags], {
      cwd: dirname(file),
      environment: { ...path(), KEY_ONE: keys.one, FAIRLEAD_SECRETS_FOLDER: secrets() },
    })
    await until(
      async () => (await getJson<{ status: string }>(`${gatewayUrl}/health`))?.body.status === 'ok',
      () => [gateway, ...engines.map((engine) => engine.process)].map((each) => each.output()).join('\n'),
    )
  })
  afterAll(() => world.close())

  it('is asked by the gateway with the key of each host', async () => {
    // Different prompts at once, so that no replica has the blocks or the room for all of them.
    const questions = Array.from({ length: 24 }, (_, index) => [index % 3 === 0 ? 'near' : 'both', `question ${index}`])
    const answers = await Promise.all(questions.map(([model = '', content]) => ask(gatewayUrl, model, {}, content)))
    expect(answers.map(({ status }) => status)).toEqual(questions.map(() => 200))
    const load = await getJson<{ replicas: { model: string; requests: number; ready: boolean }[] }>(
      `${adminUrl}/admin/v1/load`,
    )
    const replicas = load?.body.replicas ?? []
    expect(replicas.map(({ model, ready }) => [model, ready])).toEqual([
      ['near', true],
      ['both', true],
      ['both', true],
    ])
    expect(replicas.every(({ requests }) => requests > 0)).toBe(true)
  })

  it('serves nobody who has no key, or that of another host', async () => {
    for (const { service, url } of engines) {
      const [host = '', model = ''] = service.split('/')
      const own = host === 'one' ? keys.one : keys.two
      const other = host === 'one' ? keys.two : keys.one
      expect((await ask(url, model)).status).toBe(401)
      expect((await ask(url, model, { authorization: `Bearer ${other}` })).status).toBe(401)
      expect((await ask(url, model, { authorization: `Bearer ${own}` })).status).toBe(200)
    }
  })

  it('has no key in the arguments of a process, in a rendered file or in a log', async () => {
    const texts = await Promise.all(
      [
        ...engines.map(({ process }) => `/proc/${process.child.pid ?? 0}/cmdline`),
        project('compose.yaml'),
        project('gateway', 'replicas.yaml'),
        project('hosts', 'one', 'compose.yaml'),
        project('hosts', 'two', 'compose.yaml'),
      ].map((file) => readFile(file, 'utf8')),
    )
    const said = [gateway, ...engines.map(({ process }) => process)].map((each) => each.output())
    for (const text of [...texts, ...said]) for (const key of Object.values(keys)) expect(text).not.toContain(key)
  })

  it('does not start an engine whose key is missing', async () => {
    const { services } = parse(await readFile(project('hosts', 'two', 'compose.yaml'), 'utf8')) as {
      services: Record<string, Service>
    }
    const { entrypoint, command } = services['both'] ?? { entrypoint: [], command: [] }
    const empty = join(world.folder, 'empty')
    const words = [...entrypoint, ...command].map((word) => word.replaceAll('$$', '$').replaceAll(mounted, empty))
    const { code, stderr } = await world.start(words[0] ?? '', words.slice(1), { environment: path() }).finished
    expect(code).not.toBe(0)
    expect(stderr).toContain('FAIRLEAD_ENGINE_API_KEY: its file says none')
  })
})
