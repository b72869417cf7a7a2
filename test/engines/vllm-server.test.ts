import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commandLine, engineFor, factsFor, type EngineSettings } from '../../src/engines/index.ts'
import { parsePrometheusText } from '../../src/engines/prometheus-text.ts'
import { messagesTranslation, responsesTranslation } from '../../src/gateway/dialects/index.ts'
import { readChatTemplate } from '../../src/scheduling/index.ts'
import { until } from '../harness/until.ts'
import { freePort } from '../../src/gateway/testing/free-port.ts'
import { messagesQuestions, responsesQuestions, tellingTemplate } from './harness/dialect-questions.ts'
import { missing, processorEnvironment, tinyModel, vllmFolder } from './harness/real-vllm.ts'

beforeEach((context) => {
  if (vllmFolder === undefined) context.skip(missing)
})

const facts = factsFor('vllm')
const apiKey = 'key-of-this-test'

/** What the server of this test has of what some paths and metrics need. */
const environment = { VLLM_SERVER_DEV_MODE: '1', VLLM_ALLOW_RUNTIME_LORA_UPDATING: '1' }
const furtherArguments = [
  '--enforce-eager',
  '--enable-mfu-metrics',
  '--enable-scale-out',
  '--enable-tokenizer-info-endpoint',
  '--chat-template',
  tellingTemplate,
  '--api-key',
  apiKey,
]
const given = new Set([
  undefined,
  ...furtherArguments,
  ...Object.entries(environment).map((entry) => entry.join('=')),
  '--enable-lora',
  '--tool-call-parser',
  '--enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=1',
])

const settings = (port: number): EngineSettings => ({
  model: tinyModel(),
  servedNames: ['tiny', 'standard'],
  host: '127.0.0.1',
  port,
  dtype: 'bfloat16',
  context: 1024,
  memoryFraction: 0.5,
  maxSequences: 8,
  maxBatchedTokens: 2048,
  prefixCaching: true,
  chunkedPrefill: true,
  toolParser: 'hermes',
  dynamicAdapters: true,
  maxLoadedAdapters: 1,
  maxAdapterRank: 8,
  shutdownTimeoutSeconds: 1,
  extraArgs: furtherArguments,
})

describe('the real vLLM, started with a generated command line', () => {
  let server: ChildProcess | undefined
  let url = ''
  let output = ''
  beforeAll(async () => {
    if (vllmFolder === undefined) return
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    const line = ['serve', ...commandLine('vllm', settings(port))]
    const child = spawn(join(vllmFolder, 'bin', 'vllm'), line, {
      env: { ...processorEnvironment, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    server = child
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => (output = `${output}${piece}`.slice(-20_000)))
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`vLLM ended with ${child.exitCode}:\n${output}`)
        const answer = await fetch(`${url}${engineFor('vllm').readinessPath}`).catch(() => undefined)
        return answer?.status === 200
      },
      () => `vLLM serves; it said:\n${output}`,
      580_000,
    )
  })
  afterAll(() => {
    try {
      // The server has processes of its own; its group ends whole.
      if (server?.pid !== undefined) process.kill(-server.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  })

  const ask = (path: string, init: RequestInit = {}, key: string | undefined = apiKey) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    })

  const post = async (to: string, fields: object) => {
    const response = await ask(to, { method: 'POST', body: JSON.stringify({ model: 'tiny', ...fields }) })
    expect([to, response.status]).toEqual([to, 200])
    return (await response.json()) as { token_ids: readonly number[]; prompt: string }
  }

  it('is the version that the facts describe', async () => {
    const { version } = (await (await ask('/version')).json()) as { version: string }
    expect(version.split('+')[0]).toBe(facts.version)
  })

  // proves B6 (real part)
  it('answers a chat under each of its names', async () => {
    for (const model of ['tiny', 'standard']) {
      const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], max_tokens: 8 })
      const response = await ask('/v1/chat/completions', { method: 'POST', body })
      const answer = (await response.json()) as { model: string; usage: { completion_tokens: number } }
      expect([response.status, answer.model]).toEqual([200, 'tiny'])
      expect(answer.usage.completion_tokens).toBeGreaterThan(0)
    }
  })

  // proves A10 (real part)
  it('has the paths that the data names, and no other', async () => {
    const { paths } = (await (await ask('/openapi.json')).json()) as { paths: Record<string, object> }
    const real = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const known = facts.endpoints.filter(({ method, needs }) => method !== 'WS' && given.has(needs))
    expect(real.toSorted()).toEqual(known.map(({ method, path }) => `${method} ${path}`).toSorted())
  })

  // proves C4 (real part)
  it.each([
    ['/v1/messages', messagesTranslation, messagesQuestions],
    ['/v1/responses', responsesTranslation, responsesQuestions],
  ] as const)('makes of a question to %s the prompt that is looked up for it', async (path, translation, questions) => {
    const files = { tokenizerConfig: {}, templateFile: tellingTemplate, modelConfig: null, isMistralFormat: false }
    const template = await readChatTemplate(files)
    if (template.kind === 'unsupported') throw new Error(template.reason)
    for (const [name, fields] of questions) {
      const { token_ids: tokens } = await post(`${path}/render`, fields)
      const { prompt } = await post('/detokenize', { tokens })
      const body = Buffer.from(JSON.stringify({ model: 'tiny', ...fields }))
      const rendered = template.render(translation.promptOf?.(body), body.length, Date.now())
      expect([name, rendered]).toEqual([name, { kind: 'prompt', text: prompt, isCut: false, images: [] }])
    }
  })

  it('asks for its key on the paths that the data says', async () => {
    const readable = facts.endpoints.filter(
      ({ method, path, needs }) => method === 'GET' && !path.includes('{') && given.has(needs),
    )
    const found = await Promise.all(
      readable.map(async ({ path }) => ({ path, openWithoutKey: (await fetch(`${url}${path}`)).status !== 401 })),
    )
    expect(found).toEqual(readable.map(({ path, openWithoutKey }) => ({ path, openWithoutKey })))
  })

  // proves A10 (real part)
  it('exports the metrics that the data names, with their kinds and labels, and no other', async () => {
    const text = await (await ask('/metrics')).text()
    const real = familiesOf(text).filter(({ name }) => !/^(process|python)_|_created$/.test(name))
    const known = facts.metrics.filter(({ needs }) => given.has(needs))
    expect(namesAndKinds(real)).toEqual(namesAndKinds(known))
    // A family without a sample yet shows no labels.
    const labels = new Map(known.map(({ name, labels }) => [name, labels.toSorted()]))
    const sampled = real.filter((family) => family.labels.length > 0)
    expect(sampled.map(({ name, labels }) => [name, labels])).toEqual(
      sampled.map(({ name }) => [name, labels.get(name)]),
    )
  })

  it('tells the load that the scheduler reads', async () => {
    const load = engineFor('vllm').parseLoad(await (await ask('/metrics')).text())
    expect(load).toMatchObject({ running: 0, waiting: 0 })
    expect(load.kvCacheUsage).toBeGreaterThanOrEqual(0)
    expect(load.promptTokens).toBeGreaterThan(0)
    expect(load.generatedTokens).toBeGreaterThan(0)
  })
})

const namesAndKinds = (metrics: readonly { readonly name: string; readonly kind: string }[]) =>
  metrics.map(({ name, kind }) => `${name} ${kind}`).toSorted()

/** The families of an exposition, each with the labels of its samples. */
function familiesOf(text: string) {
  const kinds = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  const samples = parsePrometheusText(text)
  return kinds.map(([, name = '', kind = '']) => {
    const parts = kind === 'histogram' ? ['_bucket', '_sum', '_count'] : kind === 'summary' ? ['_sum', '_count'] : ['']
    const own = new Set(parts.map((part) => `${name}${part}`))
    const labels = samples.filter((sample) => own.has(sample.name)).flatMap((sample) => Object.keys(sample.labels))
    return { name, kind, labels: [...new Set(labels)].filter((label) => label !== 'le').toSorted() }
  })
}
