import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Replica } from '../../discovery/index.ts'
import { loadFleet, type Model } from '../../fleet/index.ts'
import { simulatedPrompting, simulatedTokens } from './simulated-prompting.ts'
import { eventsPlaceOf } from './events-place.ts'
import { readModelFiles } from './model-files.ts'
import { sampleChats } from './sample-chats.ts'
import { compareRendering } from './self-test.ts'
import { tokenize } from '../../engines/index.ts'

function modelOf(fields: object): Model {
  const { fleet, diagnostics } = loadFleet(JSON.stringify({ name: 'test', models: [{ name: 'm', ...fields }] }), {
    file: 'test.yaml',
  })
  const [model] = fleet?.models ?? []
  if (model === undefined) throw new Error(JSON.stringify(diagnostics))
  return model
}

const replica = (more: Partial<Replica> = {}): Replica => ({
  id: 'm-0',
  model: 'm',
  engine: 'external',
  address: { protocol: 'http', host: '10.0.0.7', port: 8000, basePath: '' },
  phase: 'serving',
  role: 'both',
  generation: 0,
  ...more,
})

describe('where a replica publishes its KV events', () => {
  const exact = { addresses: ['http://10.0.0.7:8000'], routing: { policy: 'prefixExact' } }
  it.each<[string, object, Partial<Replica>, object | null]>([
    ['by convention', exact, {}, { endpoint: 'tcp://10.0.0.7:5557', replayEndpoint: 'tcp://10.0.0.7:5558', ranks: 1 }],
    [
      'by convention, with ranks that take the ports behind the first',
      { ...exact, parallelism: { data: 4 } },
      {},
      { endpoint: 'tcp://10.0.0.7:5557', replayEndpoint: 'tcp://10.0.0.7:5561', ranks: 4 },
    ],
    [
      'where its source says',
      exact,
      { kvEvents: { endpoint: 'ipc://a', replayEndpoint: null, ranks: 1 } },
      { endpoint: 'ipc://a' },
    ],
    ['nowhere, when its source says so', exact, { kvEvents: null }, null],
    ['nowhere unasked', { ...exact, routing: { policy: 'auto' } }, {}, null],
    ['where all do, when it only decodes', exact, { role: 'decode' }, { endpoint: 'tcp://10.0.0.7:5557' }],
    ['nowhere, when its engine has none', exact, { engine: 'sglang' }, null],
  ])('is %s', (_what, model, more, expected) => {
    const place = eventsPlaceOf(modelOf(model), replica(more))
    expect([place]).toMatchObject([expected])
  })
})

describe('the files of a model', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fl-files-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const context = () => ({ environment: { HOME: folder }, baseFolder: folder })
  const write = async (path: string, files: Readonly<Record<string, string>>) => {
    await mkdir(join(folder, path), { recursive: true })
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, path, name), text)
  }
  const tokenizer = { 'tokenizer.json': '{"model":{}}', 'tokenizer_config.json': '{"chat_template":"x"}' }

  it.each<[string, object, string]>([
    ['beside the Fleet file, as it says', { addresses: ['http://a:1'], chat: { tokenizer: 'near' } }, 'near'],
    ['in the hub’s cache', { source: 'hf://owner/name' }, '.cache/huggingface/hub/models--owner--name/snapshots/abc'],
    [
      'in the hub’s cache, by its commit',
      { source: 'hf://owner/name@abc' },
      '.cache/huggingface/hub/models--owner--name/snapshots/abc',
    ],
  ])('are found %s', async (_what, fields, path) => {
    await write(path, tokenizer)
    await write('.cache/huggingface/hub/models--owner--name/refs', { main: 'abc\n' })
    expect(await readModelFiles(modelOf(fields), context())).toEqual({
      tokenizer: { model: {} },
      template: {
        tokenizerConfig: { chat_template: 'x' },
        templateFile: null,
        modelConfig: null,
        isMistralFormat: false,
      },
    })
  })

  it('are those of the engine: another template, and mistral-common’s way', async () => {
    await write('near', { ...tokenizer, 'chat_template.jinja': 'own', 'tekken.json': '{}' })
    await write('.', { 'other.jinja': 'other' })
    const chat = { tokenizer: 'near', templateFile: 'other.jinja' }
    expect(await readModelFiles(modelOf({ addresses: ['http://a:1'], chat }), context())).toMatchObject({
      template: { templateFile: 'other', isMistralFormat: true },
    })
  })

  it('are told to be missing or broken in one sentence', async () => {
    const missing = await readModelFiles(modelOf({ addresses: ['http://a:1'] }), context())
    expect(missing).toMatch(/models\[\]\.chat\.tokenizer/)
    await write('near', { 'tokenizer.json': '{' })
    const broken = await readModelFiles(modelOf({ addresses: ['http://a:1'], chat: { tokenizer: 'near' } }), context())
    expect(broken).toMatch(/cannot be read: .*JSON/)
  })
})

const compare = (ask: Parameters<typeof compareRendering>[2]) =>
  compareRendering(simulatedPrompting, simulatedTokens(), ask, () => 0)
const compareJudged = (firstOther: (tokens: readonly number[]) => number) => {
  const tokens = { ...simulatedTokens(), judge: { firstOther } }
  return compareRendering(
    simulatedPrompting,
    tokens,
    async (body) => tokenize(rendered(body)),
    () => 0,
  )
}
const rendered = (body: object) => {
  const chat = simulatedPrompting.template.render(body, 1, 0)
  return chat.kind === 'none' ? '' : chat.text
}

describe('the comparison with the engine', () => {
  it('finds equal what is equal, and passes over what the engine refuses', async () => {
    expect(await compare(async (body) => tokenize(rendered(body)))).toEqual({
      kind: 'equal',
      compared: sampleChats.length,
      cutsAlike: true,
    })
    expect(await compare(async (body) => ('tools' in body ? null : tokenize(rendered(body))))).toMatchObject({
      kind: 'equal',
    })
  })

  it('says whether the engine cuts text into the tokens that are made of it here', async () => {
    expect(await compareJudged(() => -1)).toMatchObject({ cutsAlike: true })
    expect(await compareJudged((tokens) => (tokens.length > 40 ? 7 : -1))).toMatchObject({ cutsAlike: false })
  })

  it.each<[string, (body: object) => readonly number[] | null, RegExp]>([
    [
      'another text',
      (body) => tokenize(rendered(body).replace('brief', 'short')),
      /renders a system prompt otherwise: .*short.*brief/,
    ],
    ['more at the end', (body) => tokenize(`${rendered(body)} and`), /a question otherwise/],
    ['tokens that are unknown here', () => [1_999_999_999], /tokens that tokenizer\.json lacks/],
    ['nothing ever', () => null, /tells no tokens of a chat at \/tokenize/],
  ])('says where it differs: %s', async (_what, ask, reason) => {
    const outcome = await compare(async (body) => ask(body))
    expect(outcome.kind === 'different' ? outcome.reason : outcome.kind).toMatch(reason)
  })

  it('is put off when the engine does not answer', async () => {
    const outcome = await compare(() => Promise.reject(new Error('connection refused')))
    expect(outcome).toEqual({ kind: 'unanswered', reason: 'connection refused' })
  })
})
