import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import { defaultDownloadSettings } from '../download/index.ts'
import { artifactSource } from './artifact-source.ts'
import { registryAddress, registryCredentials, type RegistryCredentials } from './registry-place.ts'
import { parseRegistrySource } from './registry-source.ts'
import { resolveRegistrySource, type ResolvedArtifact } from './resolve-registry-source.ts'
import { kubeflowAnswers, mlflowAnswers, RegistryServer } from './testing/registry-server.ts'

const settings = { ...defaultDownloadSettings, attempts: 2, firstBackoffMs: 1, connectTimeoutMs: 500, stallMs: 300 }
const servers: RegistryServer[] = []
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-registries-'))
})
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
  rmSync(folder, { recursive: true, force: true })
})

async function serve(answers: Parameters<typeof RegistryServer.start>[0]): Promise<RegistryServer> {
  const server = await RegistryServer.start(answers)
  servers.push(server)
  return server
}

interface Asked {
  readonly credentials?: RegistryCredentials
  readonly offlineBecause?: string
}

const ask = (source: string, { address }: RegistryServer, { credentials = {}, offlineBecause }: Asked = {}) =>
  resolveRegistrySource(source, {
    place: { address, credentials },
    environment: { HOME: folder },
    signal: new AbortController().signal,
    settings,
    ...(offlineBecause === undefined ? {} : { offlineBecause }),
  })

/** What a person is told. */
async function refused(asking: Promise<ResolvedArtifact>): Promise<string> {
  const error = await asking.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof UserError)) throw new Error('it was not refused with a UserError', { cause: error })
  const { what, why = '', mend = '' } = error.parts
  return `${what} | ${why} | ${mend}`
}

// proves G1 (recording)
describe('a source in MLflow, by answers of a real one', () => {
  it.each([
    ['models:/assistant/1', 's3://weights/assistant/1', '1', false],
    ['models:/assistant@champion', 's3://weights/assistant/1', '1', true],
    ['models:/assistant/2', 'hf://Qwen/Qwen3-0.6B', '2', false],
    ['models:/assistant/3', 'az://account/models/llm/3', '3', false],
  ])('%s is %s', async (asked, source, version, moves) => {
    expect(await ask(asked, await serve(mlflowAnswers))).toEqual({ source, version, moves })
  })

  it('is the newest version where it says latest, and where a logged model of it lies', async () => {
    const { version, source, moves } = await ask('models:/assistant/latest', await serve(mlflowAnswers))
    expect({ version, moves }).toEqual({ version: '5', moves: true })
    expect(source).toMatch(/^s3:\/\/weights\/mlflow\/0\/models\/m-[0-9a-f]{32}\/artifacts$/)
  })

  it.each([
    ['models:/nobody/1', /MLflow has no version 1 of a model nobody .* not found/],
    ['models:/assistant/9', /MLflow has no version 9 of a model assistant/],
    ['models:/assistant@nobody', /MLflow has no alias nobody of a model assistant .*alias nobody not found/],
    ['models:/assistant/4', /no target fetches dbfs: sources .*begins with hf:\/\/, s3:\/\//],
  ])('%s is refused with what MLflow says', async (asked, message) => {
    expect(await refused(ask(asked, await serve(mlflowAnswers)))).toMatch(message)
  })

  it('is refused while it is not ready, so that no half of a model is served', async () => {
    const server = await serve(mlflowAnswers)
    const body = { model_version: { version: '7', status: 'PENDING_REGISTRATION', status_message: 'copying\u001B[2J' } }
    server.answers.set('/api/2.0/mlflow/model-versions/get?name=assistant&version=7', { status: 200, body })
    const told = await refused(ask('models:/assistant/7', server))
    expect(told).toContain('Version 7 of assistant is not ready in MLflow (PENDING_REGISTRATION)')
    expect(told).not.toContain('\u001B')
  })
})

// proves G1 (stand-in)
describe('a source in Kubeflow’s model registry', () => {
  it('is the newest model artifact of a version, with the endpoint that it names', async () => {
    expect(await ask('model-registry://iris/v1', await serve(kubeflowAnswers))).toEqual({
      source: 's3://weights/iris/1',
      endpoint: 'https://s3.example.org',
      version: 'v1',
      moves: false,
    })
  })

  it('is the same once the registry is gone', async () => {
    const server = await serve(kubeflowAnswers)
    const { kept: _, ...told } = await ask('model-registry://iris/v1', server)
    server.fault = { kind: 'cut' }
    const { kept, ...recalled } = await ask('model-registry://iris/v1', server)
    expect(recalled).toEqual(told)
    expect(kept).toBeDefined()
  })

  it('is the newest live version where it names none, and KServe’s revision becomes a Fleet’s', async () => {
    const server = await serve(kubeflowAnswers)
    const newest = { source: 'hf://Qwen/Qwen3-0.6B@main', version: 'v2', moves: true }
    expect(await ask('model-registry://iris', server)).toEqual(newest)
    const { host } = new URL(server.address)
    expect(await ask(`model-registry://${host}/iris/v2`, server)).toEqual({ ...newest, moves: false })
  })

  it.each([
    ['model-registry://nobody/v1', 'The model registry has no model nobody'],
    ['model-registry://iris/v9', 'The model registry has no version v9 of iris'],
    ['model-registry://iris/v4', 'Version v4 of iris has no model artifact'],
    ['model-registry://iris/v5', 'The artifact of version v5 of iris is not ready'],
    ['model-registry://elsewhere:8080/iris/v1', 'names no version of a registered model'],
  ])('%s is refused', async (asked, message) => {
    expect(await refused(ask(asked, await serve(kubeflowAnswers)))).toContain(message)
  })
})

// proves G1, Q6 (stand-in)
describe('a registry that is not as it should be', () => {
  const page = '<!doctype html><title>Sign in</title>'

  it.each([
    ['a page in place of JSON', { kind: 'answer', status: 200, body: page }, 'does not answer as MLflow does'],
    ['a page that says 404', { kind: 'answer', status: 404, body: page }, 'does not answer as MLflow does'],
    ['JSON of something else', { kind: 'answer', status: 200, body: '{"ok":true}' }, 'lacks what such answers have'],
    ['a list', { kind: 'answer', status: 200, body: '[]' }, 'lacks what such answers have'],
    ['more than it may', { kind: 'answer', status: 200, body: ' '.repeat(1_100_000) }, 'more than 1048576 bytes'],
    [
      'a way to another host',
      { kind: 'answer', status: 302, body: '', headers: { location: 'http://127.0.0.2:1/' } },
      'sends to another host',
    ],
  ] as const)('is told apart from one that is gone when it answers %s', async (_, fault, message) => {
    const server = await serve(mlflowAnswers)
    await ask('models:/assistant/1', server)
    server.fault = fault
    expect(await refused(ask('models:/assistant/1', server))).toContain(message)
  })

  it.each([
    [{ kind: 'silence' }, /does not answer/],
    [{ kind: 'cut' }, /does not answer/],
    [{ kind: 'answer', status: 503, body: '' }, /answered 503/],
  ] as const)('is gone when it gives %j: what it said before serves, and else nothing', async (fault, message) => {
    const server = await serve(mlflowAnswers)
    await ask('models:/assistant/1', server)
    server.fault = fault
    const { kept, ...found } = await ask('models:/assistant/1', server)
    expect(found).toEqual({ source: 's3://weights/assistant/1', version: '1', moves: false })
    expect(kept).toEqual({
      toldAt: expect.stringMatching(/^\d{4}-.*Z$/),
      because: expect.stringMatching(/does not answer/),
    })
    expect(await refused(ask('models:/assistant/2', server))).toMatch(message)
  })

  it('is not asked offline, and a record that is damaged is none', async () => {
    const server = await serve(mlflowAnswers)
    const offline = { offlineBecause: 'storage.models.offline is set' }
    expect(await refused(ask('models:/assistant/1', server, offline))).toContain('storage.models.offline is set')
    expect(server.seen).toEqual([])
    await ask('models:/assistant/1', server)
    const asked = server.seen.length
    expect((await ask('models:/assistant/1', server, offline)).kept).toEqual({ toldAt: expect.any(String) })
    expect(server.seen).toHaveLength(asked)
    const records = join(folder, '.cache', 'fairlead', 'models', 'registries')
    for (const name of await readdir(records)) await writeFile(join(records, name), '{"format":1,"uri":"file:///etc"}')
    expect(await refused(ask('models:/assistant/1', server, offline))).toContain('is not known here')
  })

  it.each([
    [{ token: 'top-secret' }, 'Bearer top-secret'],
    [{ user: 'fleet', password: 'top-secret' }, `Basic ${Buffer.from('fleet:top-secret').toString('base64')}`],
  ])('gets credentials, and no error shows them', async (credentials, header) => {
    const server = await serve(mlflowAnswers)
    server.authorization = header
    expect((await ask('models:/assistant/1', server, { credentials })).version).toBe('1')
    expect(await refused(ask('models:/assistant/1', server))).toContain('refuses access (401) | It was asked without')
    server.authorization = 'Bearer another'
    const told = await refused(ask('models:/assistant/1', server, { credentials }))
    expect(told).toContain('refuses access (403) | The credentials are wrong')
    expect(told).not.toContain('top-secret')
  })
})

describe('the words of sources and addresses', () => {
  it.each([
    'models:/',
    'models:/assistant',
    'models:/m-2c13cb7d5cb443859291552c3d0ef9ef',
    'models:/assistant/Production',
    'models:/assistant/1/2',
    'models:/assistant@',
    'models:/@champion',
    'models://mlflow.example.org/assistant/1',
    'models:/a:b/1',
    `models:/${'a'.repeat(300)}/1`,
    'model-registry://',
    'model-registry://iris/',
    'model-registry://a/b/c',
  ])('%s is refused', (source) => {
    expect(() => parseRegistrySource(source, 'https://registry.example.org')).toThrow(UserError)
  })

  it.each([
    ['s3://bucket/a/', 's3://bucket/a'],
    ['wasbs://c@a.blob.core.windows.net/p/q', 'az://a/c/p/q'],
    ['abfss://c@a.dfs.core.windows.net/p', 'az://a/c/p'],
    ['/srv/models/a', 'file:///srv/models/a'],
    ['file:/srv/models/a', 'file:///srv/models/a'],
    ['file:///srv/models/a', 'file:///srv/models/a'],
    ['hf://o/n:model.gguf', 'hf://o/n:model.gguf'],
    ['hf://o/n:v1.0', 'hf://o/n@v1.0'],
    ['pvc://claim/path', 'pvc://claim/path'],
    ['oci://registry.example.org/name:tag', 'oci://registry.example.org/name:tag'],
  ])('%s is %s in a Fleet', (uri, source) => expect(artifactSource(uri)).toMatchObject({ source }))

  it.each([
    'models:/other/1',
    'mlflow-artifacts:/1/models/m-1/artifacts',
    'https://example.org/model',
    'wasbs://account.blob.core.windows.net/p',
    's3://bucket/a b',
    's3://bucket/a"\nimage: evil',
    's3://',
    's3://key:secret@bucket/path',
    'oci://user:secret@registry.example.org/name:tag',
    'wasbs://c@a.blob.core.windows.net/p?sv=1&sig=secret',
    'gs://bucket/path?X-Goog-Signature=secret',
    'nothing',
    `s3://${'a'.repeat(3000)}`,
  ])('%s is no source of a Fleet', (uri) => {
    expect(artifactSource(uri)).toHaveProperty('problem')
    expect(JSON.stringify(artifactSource(uri))).not.toContain('secret')
  })

  it('sends the credentials of an environment to the address of the same environment alone', () => {
    const environment = { MLFLOW_TRACKING_URI: 'https://mlflow.example.org/', MLFLOW_TRACKING_TOKEN: 'top-secret' }
    const own = registryAddress('mlflow', undefined, environment)
    expect(own).toBe('https://mlflow.example.org')
    expect(registryCredentials('mlflow', own, environment)).toMatchObject({ token: 'top-secret' })
    expect(registryCredentials('mlflow', 'https://elsewhere.example.org', environment)).toEqual({})
  })

  it.each(['ftp://host', 'https://user:word@host', 'https://host?x=1', 'sqlite:///mlflow.db'])(
    '%s is no registry',
    (address) => {
      expect(() => registryAddress('mlflow', undefined, { MLFLOW_TRACKING_URI: address })).toThrow(UserError)
    },
  )
})
