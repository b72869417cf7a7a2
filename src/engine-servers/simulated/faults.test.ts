import { afterEach, describe, expect, it, vi } from 'vitest'
import { splitEvents, startSimulated, type SimulatedServer } from '../serving/testing/index.ts'
import { Faults } from './faults.ts'

describe('Faults', () => {
  it('strike every n-th sequence, dying only streams', () => {
    const fail = new Faults({ failEvery: 3, hangEvery: 0, dieEvery: 0 })
    expect([1, 2, 3, 4, 5, 6].map(() => fail.next(true))).toEqual(['none', 'none', 'fail', 'none', 'none', 'fail'])
    const die = new Faults({ failEvery: 0, hangEvery: 0, dieEvery: 2 })
    expect([true, false, true, false, true].map((isStreamed) => die.next(isStreamed))).toEqual([
      'none',
      'none',
      'die',
      'none',
      'none',
    ])
  })
})

let server: SimulatedServer
afterEach(() => server?.close())

function ask(body: object = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], max_tokens: 20, stream: true, ...body }),
    ...(signal !== undefined && { signal }),
  })
}

function setFaults(body: object): Promise<Response> {
  return fetch(`${server.url}/simulated/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

describe('a simulated engine with faults', () => {
  it('fails every n-th request with 500 and serves the others', async () => {
    server = await startSimulated({ failEvery: 2 })
    const statuses = [await ask(), await ask(), await ask({ stream: false }), await ask()].map(({ status }) => status)
    expect(statuses).toEqual([200, 500, 200, 500])
    expect(await (await setFaults({ failEvery: 1 })).json()).toMatchObject({ failEvery: 1 })
    const failed = await ask()
    expect(await failed.json()).toMatchObject({ error: { type: 'InternalServerError', code: 500 } })
    const embedding = await fetch(`${server.url}/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"input":"hi"}',
    })
    expect(embedding.status).toBe(500)
  })

  it('accepts and never answers every n-th request, until its client goes', async () => {
    server = await startSimulated({ hangEvery: 1 })
    const controller = new AbortController()
    const hanging = ask({}, controller.signal).catch(() => 'gone')
    await vi.waitFor(() => expect(server.backend.load().running).toBe(1), 5000)
    await setFaults({})
    expect((await ask()).status).toBe(200)
    controller.abort()
    expect(await hanging).toBe('gone')
    await vi.waitFor(() => expect(server.backend.load().running).toBe(0), 5000)
  })

  it('cuts every n-th stream after its fifth token, as a dying process does', async () => {
    server = await startSimulated({ dieEvery: 1 })
    const response = await ask()
    const received: Uint8Array[] = []
    const reading = (async () => {
      for await (const chunk of response.body ?? []) received.push(chunk)
    })()
    await expect(reading).rejects.toThrow('terminated')
    const events = splitEvents(Buffer.concat(received).toString())
    // The opening and five tokens; neither an ending nor [DONE].
    expect(events).toHaveLength(6)
    expect(JSON.stringify(events)).not.toMatch(/length|stop|DONE/)
    expect(server.backend.load()).toMatchObject({ running: 0, kvCacheUsage: 0 })
    expect((await ask({ stream: false })).status).toBe(200)
  })

  it('changes its state on demand and refuses settings that mean nothing', async () => {
    server = await startSimulated()
    await setFaults({ state: 'failed' })
    expect((await fetch(`${server.url}/health`)).status).toBe(500)
    expect(await (await setFaults({ state: 'ready' })).json()).toMatchObject({ state: 'ready' })
    expect((await setFaults({ failEvery: -1 })).status).toBe(400)
    expect((await setFaults({ explode: true })).status).toBe(400)
    expect(await (await fetch(`${server.url}/simulated/faults`)).json()).toEqual({
      failEvery: 0,
      hangEvery: 0,
      dieEvery: 0,
      state: 'ready',
    })
  })
})

/** One turn of a conversation. */
async function turn(said: object[]) {
  return (await (await ask({ messages: said, stream: false })).json()) as {
    choices: { message: object }[]
    usage: { prompt_tokens: number; prompt_tokens_details: { cached_tokens: number } }
  }
}

describe('a conversation', () => {
  it('finds its earlier turns in the prefix cache, the answer included', async () => {
    server = await startSimulated()
    const messages = [{ role: 'user', content: 'Tell me of the old river and the stone wall in the quiet valley.' }]
    const first = await turn(messages)
    const answer = first.choices[0]?.message ?? {}
    const second = await turn([...messages, answer, { role: 'user', content: 'And then?' }])
    expect(first.usage.prompt_tokens_details.cached_tokens).toBe(0)
    // All but the last token of the answer, which nothing was computed from.
    const turnTokens = first.usage.prompt_tokens + 20 - 1
    expect(second.usage.prompt_tokens_details.cached_tokens).toBe(turnTokens - (turnTokens % 16))
  })
})
