import OpenAI, { APIUserAbortError, BadRequestError, NotFoundError } from 'openai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startSimulated, type SimulatedServer } from './testing/index.ts'

let server: SimulatedServer
let client: OpenAI
beforeAll(async () => {
  server = await startSimulated({ tokensPerSecond: 200 })
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 })
})
afterAll(() => server.close())

const messages = [{ role: 'user', content: 'Where does the river go?' }] as const

function dot(a: number[] = [], b: number[] = []): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
}

describe('the official client', () => {
  it('chats, and the stream adds up to the whole answer', async () => {
    const whole = await client.chat.completions.create({ model: 'smol', messages: [...messages], max_tokens: 20 })
    const stream = await client.chat.completions.create({
      model: 'smol',
      messages: [...messages],
      max_tokens: 20,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let finishReason: string | null = null
    let usage: OpenAI.CompletionUsage | null | undefined
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      finishReason = chunk.choices[0]?.finish_reason ?? finishReason
      usage = chunk.usage ?? usage
    }
    expect(text).toBe(whole.choices[0]?.message.content)
    expect(finishReason).toBe('length')
    expect(usage?.completion_tokens).toBe(20)
    expect(usage?.prompt_tokens).toBe(whole.usage?.prompt_tokens)
  })

  it('assembles several choices of one stream', async () => {
    const runner = client.chat.completions.stream({
      model: 'smol',
      messages: [...messages],
      n: 2,
      seed: 1,
      max_tokens: 6,
    })
    const { choices } = await runner.finalChatCompletion()
    expect(choices.map(({ message }) => message.content?.split(' ').length)).toEqual([6, 6])
    expect(choices[0]?.message.content).not.toBe(choices[1]?.message.content)
  })

  it('completes a prompt', async () => {
    const answer = await client.completions.create({ model: 'smol', prompt: 'river', max_tokens: 5 })
    expect(answer.choices[0]?.text.split(' ')).toHaveLength(5)
  })

  it('parses an answer that follows a JSON schema', async () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, degrees: { type: 'number' }, sunny: { type: 'boolean' } },
      required: ['city', 'degrees', 'sunny'],
      additionalProperties: false,
    }
    const answer = await client.chat.completions.parse({
      model: 'smol',
      messages: [...messages],
      response_format: { type: 'json_schema', json_schema: { name: 'weather', schema, strict: true } },
    })
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({
      city: expect.any(String),
      degrees: expect.any(Number),
      sunny: expect.any(Boolean),
    })
  })

  it('gets the same embeddings in base64, its default, and as numbers: unit vectors, near for near texts', async () => {
    const input = ['the old river', 'the old river bank', 'copper lantern']
    const compact = await client.embeddings.create({ model: 'smol', input })
    const plain = await client.embeddings.create({ model: 'smol', input, encoding_format: 'float' })
    const vectors = plain.data.map(({ embedding }) => embedding)
    for (const [index, { embedding }] of compact.data.entries()) {
      expect(dot(embedding, vectors[index])).toBeCloseTo(1, 5)
    }
    expect(dot(vectors[0], vectors[1])).toBeGreaterThan(dot(vectors[0], vectors[2]))
    expect(plain.usage.prompt_tokens).toBe(9)
  })

  it('lists the models', async () => {
    const names: string[] = []
    for await (const model of client.models.list()) names.push(model.id)
    expect(names).toEqual(['smol', 'smol-alias'])
  })

  it('raises its own error classes', async () => {
    const unknown = client.chat.completions.create({ model: 'nope', messages: [...messages] })
    await expect(unknown).rejects.toBeInstanceOf(NotFoundError)
    const wrong = client.chat.completions.create({ model: 'smol', messages: [] })
    await expect(wrong).rejects.toBeInstanceOf(BadRequestError)
  })

  it('that aborts a stream or a whole answer frees the sequence at once', async () => {
    const long = { model: 'smol', messages: [...messages], max_tokens: 2000, ignore_eos: true }
    const stream = await client.chat.completions.create({ ...long, stream: true })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    expect(server.backend.load().running).toBe(1)
    stream.controller.abort()
    await vi.waitFor(() => expect(server.backend.load().running).toBe(0), 5000)

    const controller = new AbortController()
    const whole = client.chat.completions.create(long, { signal: controller.signal })
    await vi.waitFor(() => expect(server.backend.load().running).toBe(1), 5000)
    controller.abort()
    await expect(whole).rejects.toBeInstanceOf(APIUserAbortError)
    await vi.waitFor(() => expect(server.backend.load()).toMatchObject({ running: 0, kvCacheUsage: 0 }), 5000)
  })
})
