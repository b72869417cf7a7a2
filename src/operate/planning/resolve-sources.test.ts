import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import type { TargetName } from '../../fleet/index.ts'
import { kubeflowAnswers, mlflowAnswers, RegistryServer } from '../../models/registries/testing/registry-server.ts'
import { readFleetText } from '../read-fleet.ts'
import { renderFleet, resolveSources, type ResolveSourcesContext } from './index.ts'

let folder = ''
let mlflow: RegistryServer
let kubeflow: RegistryServer
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-sources-'))
  mlflow = await RegistryServer.start(mlflowAnswers)
  kubeflow = await RegistryServer.start(kubeflowAnswers)
})
afterEach(async () => {
  await mlflow.stop()
  await kubeflow.stop()
  rmSync(folder, { recursive: true, force: true })
})

const fleetText = (source: string, storage: string) => `name: lab
models:
  - name: assistant
    source: ${source} # as it was approved
    engine: vllm
    hardware: { gpu: l4 }
storage:
  models: ${storage}
`
const readText = (text: string) =>
  readFleetText(Buffer.from(text), 'fleet.yaml', {}, { workingFolder: folder, purpose: 'plan' })
const storageOf = (more = '') => `{ mlflow: '${mlflow.address}', modelRegistry: '${kubeflow.address}'${more} }`
const read = (source: string, more?: string) => readText(fleetText(source, storageOf(more)))
const context = (more: Partial<ResolveSourcesContext> = {}): ResolveSourcesContext => ({
  environment: { HOME: folder },
  signal: new AbortController().signal,
  offline: false,
  ...more,
})

async function refused(asking: Promise<unknown>): Promise<string> {
  const error = await asking.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof UserError)) throw new Error('it was not refused with a UserError', { cause: error })
  return `${error.parts.what}\n${error.parts.why ?? ''}`
}

// proves B4, G1 (recording)
describe('a Fleet with a source in a registry', () => {
  const targets: readonly (readonly [TargetName, string, string])[] = [
    ['kserve', 'models:/assistant/1', 's3://weights/assistant/1'],
    ['kserve', 'model-registry://iris/v1', 's3://weights/iris/1'],
    ['kserve', 'models:/assistant/2', 'hf://Qwen/Qwen3-0.6B'],
    ['kubernetes', 'models:/assistant/2', 'hf://Qwen/Qwen3-0.6B'],
    ['compose', 'models:/assistant/2', 'hf://Qwen/Qwen3-0.6B'],
    ['llmd', 'models:/assistant/2', 'hf://Qwen/Qwen3-0.6B'],
  ]

  it.each(targets)('is on target %s, with %s, byte for byte the Fleet that says %s', async (target, asked, source) => {
    const options = { target, version: '1.2.3', environment: {}, gateway: true }
    const { read: resolved } = await resolveSources(read(asked), context())
    const { artifacts } = renderFleet(resolved, options)
    expect(JSON.stringify(artifacts)).toContain(source)
    expect(artifacts).toEqual(renderFleet(read(source), options).artifacts)
  })

  it('keeps what is written around it, in quotes, in flows and several times', async () => {
    const text = `name: lab
models:
  - { name: a, source: "models:/assistant/1", fallbackSources: [ 'models:/assistant/2', hf://o/n ], engine: vllm }
  - name: b
    engine: vllm
    source: models:/assistant/1
    adapters: [{ name: tuned, source: model-registry://iris/v2 }]
storage:
  models: ${storageOf()}
`
    const { read: resolved, sources } = await resolveSources(readText(text), context())
    expect(resolved.pinnedText).toBe(
      text
        .replaceAll('models:/assistant/1', 's3://weights/assistant/1')
        .replace('models:/assistant/2', 'hf://Qwen/Qwen3-0.6B')
        .replace('model-registry://iris/v2', 'hf://Qwen/Qwen3-0.6B@main'),
    )
    expect(resolved.fleet.models).toEqual(readText(resolved.pinnedText ?? '').fleet.models)
    expect(sources.map(({ path, version }) => [path, version])).toEqual([
      ['models[0].source', '1'],
      ['models[0].fallbackSources[0]', '2'],
      ['models[1].source', '1'],
      ['models[1].adapters[0].source', 'v2'],
    ])
    // Each source is asked for once.
    expect(mlflow.seen).toHaveLength(4)
  })

  it('is told of a name that moves, at its line, with what to write to have the same again', async () => {
    const { notes } = await resolveSources(read('models:/assistant@champion'), context())
    expect(notes).toEqual([
      expect.objectContaining({
        severity: 'warning',
        line: 4,
        column: 13,
        path: 'models[0].source',
        message: expect.stringContaining('is version 1 now'),
        suggestion: expect.stringContaining('models:/assistant/1'),
      }),
    ])
    const [moved] = (await resolveSources(read('model-registry://iris'), context())).notes
    expect(moved?.suggestion).toContain('model-registry://iris/v2')
  })

  it('is told where its endpoint is another than the registry’s', async () => {
    const { notes } = await resolveSources(read('model-registry://iris/v1'), context())
    expect(notes.map(({ suggestion }) => suggestion)).toEqual(['storage.models.endpoint: https://s3.example.org'])
    const same = read('model-registry://iris/v1', ', endpoint: https://s3.example.org')
    expect((await resolveSources(same, context())).notes).toEqual([])
  })

  it('is left as it is without one, and nothing is asked', async () => {
    const plain = read('hf://Qwen/Qwen3-0.6B')
    expect((await resolveSources(plain, context())).read).toBe(plain)
    expect([...mlflow.seen, ...kubeflow.seen]).toEqual([])
  })
})

// proves G1, Q6 (recording)
describe('a Fleet whose registry does not answer', () => {
  const gone = { kind: 'answer', status: 503, body: '' } as const

  it('is as it was told before, with a warning, and is refused at the line of what was never told', async () => {
    await resolveSources(read('models:/assistant/1'), context())
    mlflow.fault = gone
    const { read: resolved, notes } = await resolveSources(read('models:/assistant/1'), context())
    expect(resolved.fleet.models[0]?.source).toBe('s3://weights/assistant/1')
    expect(notes[0]?.message).toMatch(
      /^MLflow at 127\.0\.0\.1:\d+ does not answer; models:\/assistant\/1 is taken as it was told/,
    )
    const told = await refused(resolveSources(read('models:/assistant/2'), context()))
    expect(told).toMatch(/fleet\.yaml:4:13: error: models\[0\]\.source: MLflow at .* does not answer/)
  })

  it.each([', offline: true', undefined])('is not asked offline, by the Fleet or by the command', async (more) => {
    await resolveSources(read('models:/assistant/1'), context())
    mlflow.seen.length = 0
    const offline = context({ offline: more === undefined })
    const { sources, notes } = await resolveSources(read('models:/assistant/1', more), offline)
    expect(sources).toMatchObject([{ source: 's3://weights/assistant/1', kept: { toldAt: expect.any(String) } }])
    expect(notes).toEqual([])
    const told = await refused(resolveSources(read('models:/assistant/2', more), offline))
    expect(told).toMatch(
      /fleet\.yaml:4:13: error: models\[0\]\.source: What models:\/assistant\/2 means is not known here/,
    )
    expect(mlflow.seen).toEqual([])
  })

  it('says every problem at once', async () => {
    const text = fleetText('models:/nobody/1', storageOf()).replace(
      'engine: vllm',
      'engine: vllm\n    fallbackSources: [models:/assistant/4]',
    )
    const told = await refused(resolveSources(readText(text), context()))
    expect(told).toContain('fleet.yaml:4:13: error: models[0].source: MLflow has no version 1')
    expect(told).toContain('fleet.yaml:6:23: error: models[0].fallbackSources[0]: models:/assistant/4 is version 4')
  })

  it('says which field names the registry', async () => {
    const told = await refused(resolveSources(readText(fleetText('models:/assistant/1', '{}')), context()))
    expect(told).toContain('Nothing says where MLflow is')
    expect(told).toContain('storage.models.mlflow: https://')
  })
})

describe('credentials for a registry', () => {
  it('are those that the Fleet refers to, and are no part of what is rendered', async () => {
    mlflow.authorization = 'Bearer top-secret'
    const more = ', mlflowToken: { env: REGISTRY_TOKEN }'
    const environment = { HOME: folder, REGISTRY_TOKEN: 'top-secret' }
    const { read: resolved } = await resolveSources(read('models:/assistant/2', more), context({ environment }))
    const { artifacts } = renderFleet(resolved, { target: 'kubernetes', version: '1.2.3', environment, gateway: true })
    expect(JSON.stringify(artifacts)).not.toContain('top-secret')
    // No process of the Fleet gets the variable: it stands in the text of the Fleet alone.
    expect(JSON.stringify(artifacts).match(/REGISTRY_TOKEN/g)).toHaveLength(1)
    const told = await refused(resolveSources(read('models:/assistant/2', more), context()))
    expect(told).toContain('The environment variable REGISTRY_TOKEN is not set')
  })

  it('are a name and a password where MLflow has accounts', async () => {
    mlflow.authorization = `Basic ${Buffer.from('fleet:top-secret').toString('base64')}`
    const more = ', mlflowUser: fleet, mlflowPassword: { env: REGISTRY_PASSWORD }'
    const environment = { HOME: folder, REGISTRY_PASSWORD: 'top-secret' }
    const { sources } = await resolveSources(read('models:/assistant/2', more), context({ environment }))
    expect(sources).toMatchObject([{ version: '2' }])
  })
})

describe('somebody else’s Fleet', () => {
  it('has the controller ask no registry but its own, without secrets of the Fleet’s choice', async () => {
    const environment = { HOME: folder, MLFLOW_TRACKING_URI: mlflow.address, KEY: 'top-secret' }
    const trusting = context({ environment, trust: 'environment' })
    const more = ', mlflowToken: { env: KEY }'
    expect((await resolveSources(read('models:/assistant/1', more), trusting)).sources).toMatchObject([
      { version: '1' },
    ])
    expect(mlflow.seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined])
    const other = { ...environment, MLFLOW_TRACKING_URI: 'https://mlflow.example.org' }
    const told = await refused(
      resolveSources(read('models:/assistant/1'), context({ environment: other, trust: 'environment' })),
    )
    expect(told).toContain('The controller asks no registry but its own, mlflow.example.org')
  })

  it('is asked for once, however often it is looked at', async () => {
    const environment = { HOME: folder, MLFLOW_TRACKING_URI: mlflow.address }
    const trusting = context({ environment, trust: 'environment' })
    const first = await resolveSources(read('models:/assistant/1'), trusting)
    const asked = mlflow.seen.length
    mlflow.fault = { kind: 'silence' }
    const again = await resolveSources(read('models:/assistant/1'), trusting)
    expect(again.read.fleet).toEqual(first.read.fleet)
    expect(again.notes).toEqual([])
    expect(mlflow.seen).toHaveLength(asked)
  })

  it('finds Kubeflow’s registry by a host alone, and is refused where the controller has none', async () => {
    const { host } = new URL(kubeflow.address)
    const own = context({ environment: { HOME: folder, MODEL_REGISTRY_BASE_URL: host }, trust: 'environment' })
    expect((await resolveSources(read('model-registry://iris/v2'), own)).sources).toMatchObject([
      { version: 'v2', host },
    ])
    const told = await refused(resolveSources(read('models:/assistant/1'), own))
    expect(told).toContain('registries of its own environment alone, and MLFLOW_TRACKING_URI is not set there')
  })

  it('names versions, since nobody would have asked for a change', async () => {
    const environment = { HOME: folder, MLFLOW_TRACKING_URI: mlflow.address }
    const told = await refused(
      resolveSources(read('models:/assistant@champion'), context({ environment, trust: 'environment' })),
    )
    expect(told).toContain('models:/assistant@champion may mean another version tomorrow')
    expect(told).toContain('Name a version; it is 1 now.')
  })
})
