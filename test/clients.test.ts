import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI, { NotFoundError } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getJson, replicaLoads, startFleet, type RunningFleet } from './harness/fleet.ts'
import { until } from './harness/until.ts'
import { openWorld, repository, type World } from './harness/world.ts'

const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, population: { type: 'integer' } },
  required: ['city', 'population'],
  additionalProperties: false,
}

/** Cosine similarity of two vectors. */
function cosine(a: number[] = [], b: number[] = []): number {
  const dot = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
  return dot / (Math.hypot(...a) * Math.hypot(...b))
}

let world: World
let fleet: RunningFleet
let client: OpenAI

beforeAll(async () => {
  world = await openWorld({ cache: 'shared' })
  fleet = await startFleet(world, await readFile(join(repository, 'examples', 'laptop.yaml'), 'utf8'), 280_000)
  client = new OpenAI({ baseURL: `${fleet.url}/v1`, apiKey: 'none' })
})
afterAll(() => world.close())

/** Waits until gateway and engine both count nothing in flight. */
async function expectIdle(): Promise<void> {
  await until(
    async () => {
      const loads = await replicaLoads(fleet)
      const health = await getJson<{ replicas: { engine?: { running?: number } }[] }>(`${fleet.adminUrl}/admin/v1/load`)
      return loads.every((load) => load.inFlight === 0) && health?.status === 200
    },
    () => 'nothing is in flight',
  )
  const state = JSON.parse(
    await readFile(join(world.folder, 'home/.local/state/fairlead/laptop/state.json'), 'utf8'),
  ) as { replicas: { port: number }[] }
  await until(
    async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${state.replicas[0]?.port}/metrics`)).text()
      return /^llamacpp:requests_processing 0$/m.test(metrics)
    },
    () => 'the engine computes nothing',
  )
}

describe('the official Node client against a real model', () => {
  const question = [{ role: 'user' as const, content: 'What is the capital of France? Answer in one sentence.' }]

  // proves C1 (real part)
  it('gets a sensible answer', async () => {
    const answer = await client.chat.completions.create({
      model: 'smollm2',
      messages: question,
      temperature: 0,
      max_tokens: 30,
    })
    expect(answer.choices[0]?.message.content).toMatch(/Paris/)
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0)
  })

  // proves A3, C1 (real part)
  it('streams the same answer under a role name', async () => {
    const whole = await client.chat.completions.create({
      model: 'smollm2',
      messages: question,
      temperature: 0,
      max_tokens: 30,
    })
    const stream = await client.chat.completions.create({
      model: 'standard',
      messages: question,
      temperature: 0,
      max_tokens: 30,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let pieces = 0
    let completionTokens = 0
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      pieces += chunk.choices[0]?.delta.content ? 1 : 0
      completionTokens = chunk.usage?.completion_tokens ?? completionTokens
    }
    expect(text).toBe(whole.choices[0]?.message.content)
    expect(pieces, 'it comes in pieces').toBeGreaterThan(3)
    expect(completionTokens).toBe(whole.usage?.completion_tokens)
  })

  // proves C1 (real part)
  it('gets JSON that follows a schema', async () => {
    const answer = await client.chat.completions.create({
      model: 'smollm2',
      messages: [{ role: 'user', content: 'Name a city and its population as JSON.' }],
      temperature: 0,
      max_tokens: 60,
      response_format: { type: 'json_schema', json_schema: { name: 'city', strict: true, schema } },
    })
    const value = JSON.parse(answer.choices[0]?.message.content ?? '') as Record<string, unknown>
    expect(Object.keys(value).sort()).toEqual(['city', 'population'])
    expect(typeof value['city']).toBe('string')
    expect(Number.isInteger(value['population'])).toBe(true)
  })

  // proves C1 (real part)
  it('gets embeddings in which like is nearer to like', async () => {
    const { data } = await client.embeddings.create({
      model: 'smollm2',
      input: ['a small cat', 'a little kitten', 'quarterly tax report of a company'],
    })
    const [cat, kitten, tax] = data.map((item) => item.embedding)
    expect(cat?.length).toBe(576)
    expect(cosine(cat, kitten)).toBeGreaterThan(cosine(cat, tax))
  })

  // proves C1, C7, Q7 (real part)
  it('aborts in mid-stream, and the engine stops computing', async () => {
    const stream = await client.chat.completions.create({
      model: 'smollm2',
      messages: [{ role: 'user', content: 'Tell a very long story.' }],
      max_tokens: 2000,
      stream: true,
    })
    let pieces = 0
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content && ++pieces === 3) break
    }
    expect(pieces).toBe(3)
    await expectIdle()
  })

  // proves C1 (real part)
  it('is told which models there are when it asks for another', async () => {
    const failure = await client.chat.completions.create({ model: 'gpt-4', messages: question }).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(NotFoundError)
    expect((failure as Error).message).toContain('smollm2')
    const { data } = await client.models.list()
    expect(data.map((model) => model.id)).toEqual(['smollm2', 'standard'])
  })
})

describe('the official Python client against a real model', () => {
  // proves C1 (real part)
  it('chats, streams, follows a schema, embeds, aborts, knows an error by its code, and tries again', async ({
    skip,
  }) => {
    const python = process.env['FAIRLEAD_TEST_PYTHON']
    if (python === undefined) skip('no Python with the openai package; `npm test` installs it where python3 is there')
    const { code, stdout, stderr } = await world.start(python ?? '', [
      join(repository, 'test', 'clients.py'),
      fleet.url,
    ]).finished
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      chat: true,
      stream: true,
      schema: true,
      embeddings: 576,
      aborted: true,
      unknown: ['model_not_found', 'model'],
      retried: true,
    })
    await expectIdle()
  })
})

describe('curl-shaped requests', () => {
  // proves C2 (real part)
  it('answers /generate, the model’s own path, health and metrics', async () => {
    const generated = await fetch(`${fleet.url}/generate`, {
      method: 'POST',
      body: JSON.stringify({
        text: 'What is the capital of France? Answer in one sentence.',
        max_tokens: 20,
        temperature: 0,
      }),
    })
    expect(generated.status).toBe(200)
    expect(await generated.json()).toMatchObject({
      text: expect.stringMatching(/Paris/),
      usage: { completion_tokens: expect.any(Number) },
    })

    const byPath = await fetch(`${fleet.url}/models/smollm2/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], max_tokens: 3 }),
    })
    expect(byPath.status).toBe(200)

    const health = await getJson<{ status: string; dependencies: unknown }>(`${fleet.url}/health`)
    expect(health?.body).toMatchObject({ status: 'ok', dependencies: { models: { smollm2: expect.anything() } } })
    const metrics = await (await fetch(`${fleet.url}/metrics`)).text()
    expect(metrics).toMatch(/^fairlead_gateway_requests_total\{[^}]*model="smollm2"[^}]*\} [1-9]/m)
  })
})
