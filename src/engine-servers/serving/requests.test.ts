import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSimulated, type SimulatedServer } from './testing/index.ts'

let server: SimulatedServer
beforeAll(async () => {
  server = await startSimulated({}, { contextLength: 512, maxBodyBytes: 100_000 })
})
afterAll(() => server.close())

async function post(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

const user = (content: unknown) => ({ messages: [{ role: 'user', content }] })
const hi = user('hi')

describe('a wrong chat request is refused with the field at fault, before the model sees it', () => {
  it.each<[string, Record<string, unknown>, string | null, RegExp]>([
    ['messages is no list', { messages: 'hi' }, 'body.messages', /expected array/],
    ['a message without role', { messages: [{ content: 'x' }] }, 'body.messages.0.role', /Field required/],
    ['content of a wrong type', user(3), 'body.messages.0.content', /got 3/],
    ['a part without text', user([{ type: 'text' }]), 'messages', /needs its text/],
    ['an image', user([{ type: 'image_url', image_url: { url: 'x' } }]), null, /not a multimodal model/],
    ['stream of a wrong type', { ...hi, stream: 'yes' }, 'body.stream', /expected boolean/],
    ['a fraction of a token', { ...hi, max_tokens: 1.5 }, 'body.max_tokens', /expected int/],
    ['no answer at all', { ...hi, max_completion_tokens: 0 }, 'max_completion_tokens', /must be at least 1, got 0/],
    ['top_p of 0', { ...hi, top_p: 0 }, 'top_p', /must be greater than 0/],
    ['top_p over 1', { ...hi, top_p: 1.1 }, 'top_p', /must be at most 1/],
    ['top_k below -1', { ...hi, top_k: -2 }, 'top_k', /at least -1/],
    ['min_p over 1', { ...hi, min_p: 2 }, 'min_p', /at most 1/],
    ['a penalty out of range', { ...hi, presence_penalty: 3 }, 'presence_penalty', /at most 2/],
    ['a penalty out of range', { ...hi, frequency_penalty: -3 }, 'frequency_penalty', /at least -2/],
    ['a repetition penalty of 0', { ...hi, repetition_penalty: 0 }, 'repetition_penalty', /greater than 0/],
    ['a seed in words', { ...hi, seed: 'one' }, 'body.seed', /expected number/],
    ['no choices', { ...hi, n: 0 }, 'n', /at least 1/],
    ['too many choices', { ...hi, n: 129 }, 'n', /at most 128/],
    ['an empty stop string', { ...hi, stop: '' }, 'stop', /at least 1 characters/],
    ['a stop that is no text', { ...hi, stop: [3] }, 'body.stop.0', /expected string/],
    ['an unknown format', { ...hi, response_format: { type: 'xml' } }, 'body.response_format.type', /json_schema/],
    [
      'a format without schema',
      { ...hi, response_format: { type: 'json_schema' } },
      'body.response_format.json_schema',
      /Field required/,
    ],
    ['log probabilities', { ...hi, logprobs: true }, 'logprobs', /not supported/],
    ['biases', { ...hi, logit_bias: { 5: 1 } }, 'logit_bias', /not supported/],
    ['a regular expression', { ...hi, structured_outputs: { regex: 'a' } }, 'structured_outputs', /not supported/],
    ['a demanded tool call', { ...hi, tools: [{}], tool_choice: 'required' }, 'tool_choice', /not supported/],
    ['tools that are no list', { ...hi, tools: {} }, 'body.tools', /expected array/],
    ['a prompt beyond the context', user('river '.repeat(600)), 'input_tokens', /maximum context length is 512/],
    ['prompt plus answer beyond the context', { ...hi, max_tokens: 510 }, 'max_tokens', /at most \d+ output tokens/],
  ])('%s', async (_, body, param, message) => {
    expect(await post('/v1/chat/completions', body)).toEqual({
      status: 400,
      body: { error: { message: expect.stringMatching(message), type: expect.any(String), param, code: 400 } },
    })
  })

  it('the same errors come as JSON when a stream was asked for, so that clients need no second parser', async () => {
    const answer = await post('/v1/chat/completions', { ...user('river '.repeat(600)), stream: true })
    expect(answer).toMatchObject({ status: 400, body: { error: { param: 'input_tokens' } } })
  })
})

describe('a wrong request to another path', () => {
  it.each<[string, string, unknown, number, string | null]>([
    ['a completion without prompt', '/v1/completions', {}, 400, 'body.prompt'],
    ['a prompt of mixed kinds', '/v1/completions', { prompt: ['a', 3] }, 400, 'body.prompt.1'],
    ['no prompts', '/v1/completions', { prompt: [] }, 400, 'prompt'],
    ['a token that does not exist', '/v1/completions', { prompt: [99_999_999] }, 400, null],
    ['a suffix', '/v1/completions', { prompt: 'a', suffix: 'b' }, 400, 'suffix'],
    ['an empty input', '/v1/embeddings', { input: '' }, 400, 'input'],
    ['other dimensions', '/v1/embeddings', { input: 'a', dimensions: 8 }, 400, 'dimensions'],
    ['another encoding', '/v1/embeddings', { input: 'a', encoding_format: 'hex' }, 400, 'body.encoding_format'],
    ['an unknown model', '/v1/embeddings', { input: 'a', model: 'nope' }, 404, 'model'],
    ['nothing to tokenize', '/tokenize', {}, 400, 'body.prompt'],
    ['tokens in words', '/detokenize', { tokens: ['a'] }, 400, 'body.tokens.0'],
    ['bytes that are not JSON', '/tokenize', '{"prompt": "a" "b"}', 400, 'body.15'],
    ['a body over the limit', '/tokenize', { prompt: 'a'.repeat(100_001) }, 413, null],
  ])('%s', async (_, path, body, status, param) => {
    expect(await post(path, body)).toMatchObject({ status, body: { error: { param, code: status } } })
  })

  it('a body that is not UTF-8 is refused instead of being read as something else', async () => {
    const response = await fetch(`${server.url}/tokenize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"prompt":"\xff"}', 'latin1'),
    })
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param: 'body' } }])
  })

  it('a body over the limit without a declared length is refused as well', async () => {
    const chunks = new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.alloc(60_000, 32))
      },
    })
    const answer = await fetch(`${server.url}/tokenize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: chunks,
      duplex: 'half',
    } as RequestInit).then(
      (response) => response.status,
      () => 'cut',
    )
    expect([413, 'cut']).toContain(answer)
  })
})

describe('what is asked for is done', () => {
  type Answer = {
    choices: { text: string; finish_reason: string; stop_reason: string | null; message: { content: string } }[]
    usage: Record<string, number>
  }
  const chat = async (body: Record<string, unknown>) =>
    (await post('/v1/chat/completions', { ...hi, ...body })).body as Answer
  const complete = async (body: Record<string, unknown>) => (await post('/v1/completions', body)).body as Answer

  it('null means absent, as OpenAI’s clients send it', async () => {
    const body = { max_tokens: null, stop: null, seed: null, n: null, stream: null, tools: null, response_format: null }
    expect((await chat(body)).choices).toHaveLength(1)
  })

  it('max_completion_tokens wins over max_tokens', async () => {
    expect((await chat({ max_tokens: 9, max_completion_tokens: 3 })).usage['completion_tokens']).toBe(3)
  })

  it('stop strings end the answer before them and are named', async () => {
    const whole = (await chat({})).choices[0]?.message.content ?? ''
    const [, second = '', third = ''] = whole.split(' ')
    const stopped = (await chat({ stop: ['never there', `${second} ${third}`] })).choices[0]
    expect(stopped?.message.content).toBe(whole.slice(0, whole.indexOf(`${second} ${third}`)))
    expect(stopped).toMatchObject({ finish_reason: 'stop', stop_reason: `${second} ${third}` })
  })

  it('n choices with a seed differ and count their prompt once', async () => {
    const one = await chat({ seed: 7, max_tokens: 8 })
    const three = await chat({ seed: 7, max_tokens: 8, n: 3 })
    expect(new Set(three.choices.map(({ message }) => message.content)).size).toBe(3)
    expect(three.choices[0]?.message.content).toBe(one.choices[0]?.message.content)
    expect(three.usage).toMatchObject({ prompt_tokens: one.usage['prompt_tokens'], completion_tokens: 24 })
  })

  it('a list of prompts gives a choice each, in order, and sums their tokens', async () => {
    const both = await complete({ prompt: ['river', 'stone wall'], max_tokens: 4 })
    const alone = await complete({ prompt: 'stone wall', max_tokens: 4 })
    expect(both.choices[1]?.text).toBe(alone.choices[0]?.text)
    expect(both.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 8 })
  })

  it('token ids mean the text that they stand for', async () => {
    const { tokens } = (await post('/tokenize', { prompt: 'the old river, 12 ways: ünïcode 🎉' })).body as {
      tokens: number[]
    }
    expect((await post('/detokenize', { tokens })).body).toEqual({ prompt: 'the old river, 12 ways: ünïcode 🎉' })
    const fromTokens = await complete({ prompt: tokens, max_tokens: 4 })
    const fromText = await complete({ prompt: 'the old river, 12 ways: ünïcode 🎉', max_tokens: 4 })
    expect(fromTokens.choices).toEqual(fromText.choices)
  })

  it('echo puts the prompt first', async () => {
    const plain = await complete({ prompt: 'river', max_tokens: 2 })
    const echoed = await complete({ prompt: 'river', max_tokens: 2, echo: true })
    expect(echoed.choices[0]?.text).toBe(`river${plain.choices[0]?.text}`)
  })

  const promptTokens = async (body: Record<string, unknown>) =>
    (await chat({ max_tokens: 1, ...body })).usage['prompt_tokens']

  it('tools reach the chat template, and tool_choice none keeps them from it', async () => {
    const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }]
    expect(await promptTokens({ tools })).toBeGreaterThan((await promptTokens({})) ?? 0)
    expect(await promptTokens({ tools, tool_choice: 'none' })).toBe(await promptTokens({}))
  })

  it('json_object gives an object', async () => {
    const answer = await chat({ response_format: { type: 'json_object' } })
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toBeTypeOf('object')
  })

  it('an alias is answered under its own name', async () => {
    expect(await chat({ model: 'smol-alias', max_tokens: 1 })).toMatchObject({ model: 'smol-alias' })
  })

  it('a request id that does not fit a log line is replaced', async () => {
    const response = await fetch(`${server.url}/version`, { headers: { 'x-request-id': 'a b' } })
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
  })
})
