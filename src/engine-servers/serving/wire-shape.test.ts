import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { splitEvents, startSimulated, vllmRecordings, type Recording, type SimulatedServer } from './testing/index.ts'

/** Fields of vLLM's answers that this server leaves out: all are null there, or tell of vLLM's inside. */
const leftOut = new Set([
  'annotations',
  'audio',
  'completion_tokens_details',
  'created_cache_tokens',
  'ec_transfer_params',
  'function_call',
  'kv_transfer_params',
  'metrics',
  'multimodal_tokens',
  'permission',
  'prompt_logprobs',
  'prompt_text',
  'prompt_token_ids',
  'reasoning',
  'routed_experts',
  'service_tier',
  'system_fingerprint',
  'token_ids',
])

let server: SimulatedServer
beforeAll(async () => {
  server = await startSimulated()
})
afterAll(() => server.close())

async function replay({ request }: Recording): Promise<Response> {
  return fetch(server.url + request.path, {
    method: request.method,
    headers: request.headers,
    ...(request.body !== undefined && { body: request.body }),
  })
}

/** The type of each field, all the way down; lists by their first entry. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])]
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !leftOut.has(key))
      .map(([key, inner]) => [key, shapeOf(inner)]),
  )
}

type Choice = { delta?: { role?: string; content?: string }; text?: string; finish_reason: string | null }

/** What an event is for; an event that brings text and the ending is both. */
function partsOf(event: unknown): string[] {
  if (event === '[DONE]') return ['done']
  const { choices } = event as { choices: Choice[] }
  const choice = choices[0]
  if (choice === undefined) return ['usage']
  if (choice.delta?.role !== undefined) return ['opening']
  const text = choice.delta?.content ?? choice.text ?? ''
  return [
    ...(text === '' ? [] : ['text']),
    ...(choice.finish_reason === null ? [] : [`ending ${choice.finish_reason}`]),
  ]
}

function named(filter: (recording: Recording) => boolean): [string, Recording][] {
  return vllmRecordings.filter(filter).map((recording) => [recording.name, recording])
}

describe('answers have the shape of vLLM 0.32, so that a client cannot tell the difference', () => {
  it.each(named(({ events, status }) => events === undefined && status === 200))('%s', async (_, recording) => {
    const response = await replay(recording)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(recording.contentType)
    expect(shapeOf(await response.json())).toEqual(shapeOf(recording.body))
  })

  it('an X-Request-Id comes back and is part of the answer’s id, so that logs of gateway and engine can be joined', async () => {
    const recordings = vllmRecordings.filter(({ requestId }) => requestId !== undefined)
    const answers = await Promise.all(recordings.map(replay))
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { id: string }).id))
    expect(answers.map((answer) => answer.headers.get('x-request-id'))).toEqual(['my-req-1'])
    expect(ids).toEqual(recordings.map(({ body }) => (body as { id: string }).id))
  })
})

describe('streams have the order and the shape of vLLM 0.32', () => {
  it.each(named(({ events }) => events !== undefined))('%s', async (_, recording) => {
    const response = await replay(recording)
    expect(response.headers.get('content-type')).toBe(recording.contentType)
    const events = splitEvents(await response.text())
    const theirs = recording.events ?? []
    expect(events.flatMap(partsOf)).toEqual(theirs.flatMap(partsOf))
    const firstOf = (list: readonly unknown[], part: string): unknown =>
      shapeOf(list.find((event) => partsOf(event)[0] === part))
    for (const part of ['opening', 'text', 'usage']) expect(firstOf(events, part)).toEqual(firstOf(theirs, part))
  })
})

describe('refusals have the status, type, parameter and code of vLLM 0.32, so that clients handle them alike', () => {
  it.each(named(({ status }) => status !== 200))('%s', async (_, recording) => {
    const response = await replay(recording)
    expect(response.status).toBe(recording.status)
    expect(withoutMessage(await response.json())).toEqual(withoutMessage(recording.body))
  })
})

/** The body without the wording of its message, which must be there. */
function withoutMessage(body: unknown): unknown {
  const { error } = body as { error?: { message: string } }
  return error === undefined ? body : { error: { ...error, message: error.message.length > 0 } }
}
