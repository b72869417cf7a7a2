import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../src/cli/index.ts'
import { copyBuildContext } from './harness/build-context.ts'
import { instructionsOf, lastOf, pairsOf, readDockerfile } from './harness/dockerfile.ts'
import { getJson } from './harness/fleet.ts'
import { until } from './harness/until.ts'
import { freePort } from '../src/gateway/testing/free-port.ts'
import { openWorld, repository, type Running, type World } from './harness/world.ts'

const dockerfile = readDockerfile(join(repository, 'Dockerfile'))
const last = dockerfile.stages.at(-1)?.name ?? ''
const image = instructionsOf(dockerfile, last)
const listOf = (word: string) => JSON.parse(lastOf(image, word)) as string[]

describe('the Dockerfile', () => {
  // proves B14 (real part)
  it('has nothing that hadolint finds fault with', ({ skip }) => {
    const hadolint = process.env['FAIRLEAD_TEST_HADOLINT']
    if (hadolint === undefined) skip('no hadolint; `npm test` installs it where python3 is there')
    const { stdout, stderr, status } = spawnSync(hadolint ?? '', [join(repository, 'Dockerfile')], { encoding: 'utf8' })
    expect(`${stdout}${stderr}`).toBe('')
    expect(status).toBe(0)
  })

  it.each(dockerfile.stages.map(({ name }) => name).filter((name) => name !== 'build'))(
    'runs its stage %s as a user by number who is not root, which Kubernetes asks for',
    (name) => {
      expect(lastOf(instructionsOf(dockerfile, name), 'USER')).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/)
    },
  )

  it('begins from a pinned line of Node 24 that one argument exchanges for a digest', () => {
    expect(dockerfile.arguments.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^NODE_IMAGE=docker\.io\/library\/node:24-[a-z]+-slim$/),
    ])
    const names = new Set(dockerfile.stages.map(({ name }) => name))
    const bases = dockerfile.stages.map(({ base }) => base).filter((base) => !names.has(base))
    expect(new Set(bases)).toEqual(new Set(['${NODE_IMAGE}']))
  })

  it('puts no secret into a layer: neither by variable nor by copying more than it names', () => {
    const all = dockerfile.stages.flatMap(({ instructions }) => instructions)
    const variables = all.filter(({ word }) => word === 'ENV' || word === 'ARG').map(({ text }) => text)
    expect(variables.filter((text) => /KEY|TOKEN|SECRET|PASSW/.test(text))).toEqual([])
    expect(all.filter(({ word }) => word === 'ADD')).toEqual([])
    const copied = image.filter(({ word }) => word === 'COPY').map(({ text }) => text)
    for (const text of copied) expect(text).toMatch(/^--from=build /)
  })

  it('puts the image together for another processor without running anything of it', () => {
    expect(image.filter(({ word }) => word === 'RUN')).toEqual([])
  })

  it('has the labels that registries show, and starts and checks by commands that there are', () => {
    expect([...pairsOf(image, 'LABEL').keys()]).toEqual(
      ['title', 'description', 'licenses', 'version', 'revision', 'created', 'base.name'].map(
        (name) => `org.opencontainers.image.${name}`,
      ),
    )
    expect(listOf('ENTRYPOINT')).toEqual(['fairlead'])
    const check = lastOf(image, 'HEALTHCHECK')
    const [program, command] = JSON.parse(check.slice(check.indexOf('['))) as string[]
    expect(program).toBe('fairlead')
    expect(commands.map(({ name }) => name)).toContain(command)
  })

  it('is of the version that the package is of', async () => {
    const manifest = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as { version: string }
    expect(image).toContainEqual({ word: 'ARG', text: `VERSION=${manifest.version}` })
  })
})

/** Namespaces for a container without a container engine: as root with the image's user, else with the only user there is. */
const ways = [
  { unshare: ['unshare', '--mount', '--pid', '--fork', '--kill-child'], user: lastOf(image, 'USER') },
  { unshare: ['unshare', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child'], user: 'own' },
] as const
const canMount = (unshare: readonly string[]) =>
  spawnSync(unshare[0] ?? '', [...unshare.slice(1), 'mount', '-t', 'proc', 'proc', '/proc'], { stdio: 'ignore' })
    .status === 0
const way = ways.find(({ unshare }) => canMount(unshare))
if (way === undefined) process.stderr.write('not run: the container image (neither root nor user namespaces here)\n')

const fleet = `
name: lab
models: [{ name: m, engine: simulated }]
access:
  keys: [{ name: alice, value: { secretRef: { name: lab-keys, key: alice } } }]
`

const words = (text: string) => text.split(/\s+/)

/** Ends the container as its runtime does: SIGTERM to its first process. */
async function end({ child, finished }: Running) {
  const first = await until(
    async () => Number((await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).trim()),
    () => 'the container has a process',
  )
  process.kill(first, 'SIGTERM')
  return finished
}

describe.runIf(way !== undefined)('what the image holds, in namespaces with a read-only root', () => {
  let world: World
  let files: string
  let started = 0

  beforeAll(async () => {
    world = await openWorld({ cache: 'empty' })
    files = join(world.folder, 'files')
    await mkdir(join(files, 'secrets', 'lab-keys'), { recursive: true })
    await chmod(world.folder, 0o755)
    const context = join(world.folder, 'build')
    copyBuildContext(context)
    const assembled = await world.start(process.execPath, ['scripts/assemble-image.js', join(world.folder, 'image')], {
      cwd: context,
    }).finished
    if (assembled.code !== 0) throw new Error(`the image cannot be put together:\n${assembled.stderr}`)
  }, 300_000)
  afterAll(() => world.close())

  /** Starts a command as a container of the image does; its files are at /run/files. */
  async function container(
    command: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Running> {
    started += 1
    const root = join(world.folder, `root-${started}`)
    await mkdir(root)
    const variables = Object.entries({ ...Object.fromEntries(pairsOf(image, 'ENV')), ...environment })
    const [unshare = '', ...flags] = way?.unshare ?? []
    return world.start(unshare, [
      ...flags,
      'sh',
      join(repository, 'test', 'harness', 'container.sh'),
      root,
      join(world.folder, 'image'),
      process.execPath,
      files,
      way?.user ?? '',
      '/usr/bin/env',
      '-i',
      ...variables.map(([name, value]) => `${name}=${value}`),
      ...command,
    ])
  }
  const fairlead = (args: readonly string[], environment?: Readonly<Record<string, string>>) =>
    container([...listOf('ENTRYPOINT'), ...args], environment)

  // proves B14, B3 (simulated)
  it('serves a Fleet: gateway and engine by their commands, by the image’s user, without a place to write to', async () => {
    const key = 'sk-alice-0123456789abcdef'
    const [port, enginePort] = [await freePort(), await freePort()]
    await world.write('files/fleet.yaml', fleet)
    await world.write('files/secrets/lab-keys/alice', `${key}\n`)
    const pool = { model: 'm', engine: 'simulated', address: `http://localhost:${enginePort}`, resolve: 'dns' }
    await world.write('files/pools.yaml', JSON.stringify({ version: 1, pools: [pool] }))

    const engine = await fairlead(words(`engine simulated --model m --host 0.0.0.0 --port ${enginePort}`))
    const gateway = await fairlead(
      words(`gateway --fleet /run/files/fleet.yaml --replicas /run/files/pools.yaml
        --host 0.0.0.0 --port ${port} --admin-host 0.0.0.0 --admin-port ${port + 1}`),
      { FAIRLEAD_SECRETS_FOLDER: '/run/files/secrets' },
    )
    const url = `http://127.0.0.1:${port}`
    await until(
      async () => (await getJson<{ status: string }>(`${url}/health`))?.body.status === 'ok',
      () => `the gateway finds the engine; they said:\n${gateway.output()}\n${engine.output()}`,
    )
    const ask = (headers: Record<string, string>) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ model: 'm', max_tokens: 4, messages: [{ role: 'user', content: 'hello' }] }),
      })
    expect((await ask({})).status).toBe(401)
    expect((await ask({ authorization: `Bearer ${key}` })).status).toBe(200)
    const metrics = await (await fetch(`http://127.0.0.1:${port + 1}/metrics`)).text()
    expect(metrics).toContain('fairlead_gateway_requests_total{model="m",code="200"')

    const check = lastOf(image, 'HEALTHCHECK')
    const probe = JSON.parse(check.slice(check.indexOf('['))) as string[]
    const healthy = (at: string) => container(probe, { FAIRLEAD_HEALTH_URL: at }).then(({ finished }) => finished)
    expect(await healthy(`${url}/readyz`)).toMatchObject({ code: 0 })
    expect(await healthy(`http://127.0.0.1:${enginePort}/health`)).toMatchObject({ code: 0 })
    expect(await healthy('http://127.0.0.1:9/readyz')).toMatchObject({ code: 1 })

    // The command says that a signal ended it, after the drain; the engine's process is one that was asked to leave.
    expect(await end(gateway)).toMatchObject({ code: 143 })
    expect(gateway.output()).toContain('gateway is closed')
    expect(await end(engine)).toMatchObject({ code: 0 })
    expect(gateway.output()).not.toMatch(/EROFS|EACCES|read-only/i)
  })

  it('can write nowhere, runs as the image’s user, and knows every command without network or state', async () => {
    const { finished } = await container([
      'sh',
      '-c',
      'id -u; for place in / /opt/fairlead /var/lib/fairlead /tmp; do (: > $place/written); done; fairlead version --json',
    ])
    const { stdout, stderr } = await finished
    const [user, ...rest] = stdout.trim().split('\n')
    // In namespaces of an ordinary user there is one user, who is called root there.
    expect(user).toBe(way?.user === 'own' ? '0' : '65532')
    expect(JSON.parse(rest.join('\n'))).toMatchObject({ fairlead: '0.1.0' })
    expect(stderr.trim().split('\n')).toHaveLength(4)
  })

  it('has the optional parts that need native code: the ZeroMQ of KV events', async () => {
    const script =
      "import('zeromq').then(({ Publisher }) => new Publisher().bind('tcp://127.0.0.1:*')).then(() => process.exit())"
    const { finished } = await container(['sh', '-c', 'cd /opt/fairlead && node -e "$0"', script])
    expect(await finished).toMatchObject({ code: 0 })
  })
})
