import { afterEach, describe, expect, it, vi } from 'vitest'
import { startServer } from './start-server.ts'
import { startSimulated, type SimulatedServer } from './testing/index.ts'

let server: SimulatedServer
afterEach(() => server.close())

async function statusOf(path: string, body?: unknown): Promise<number> {
  const response = await fetch(server.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  await response.text()
  return response.status
}

const hi = { messages: [{ role: 'user', content: 'hi' }], max_tokens: 2 }

describe('the states of a server', () => {
  it('while the model loads, probes wait and requests are told to come again', async () => {
    server = await startSimulated({ loadTime: 600_000 })
    expect(await statusOf('/health')).toBe(503)
    expect(await statusOf('/version')).toBe(200)
    expect(await statusOf('/metrics')).toBe(200)
    const refused = await fetch(`${server.url}/v1/models`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await refused.json()).toMatchObject({ error: { type: 'ServiceUnavailableError', code: 503 } })
    server.backend.setState('ready')
    expect([await statusOf('/health'), await statusOf('/v1/chat/completions', hi)]).toEqual([200, 200])
  })

  it('a model that loads in time becomes ready by itself', async () => {
    server = await startSimulated({ loadTime: 20 })
    await vi.waitFor(async () => expect(await statusOf('/health')).toBe(200), 5000)
  })

  it('a failed backend is told from one that loads, so that the supervisor restarts it', async () => {
    server = await startSimulated()
    server.backend.setState('failed')
    expect([await statusOf('/health'), await statusOf('/v1/chat/completions', hi)]).toEqual([500, 500])
  })

  it('draining lets the running request finish and takes no new one', async () => {
    server = await startSimulated({ tokensPerSecond: 50 })
    const begun = fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...hi, max_tokens: 25, ignore_eos: true }),
    })
    await vi.waitFor(() => expect(server.backend.load().running).toBe(1), 5000)
    const drained = server.drain(60_000)
    expect([await statusOf('/health'), await statusOf('/v1/chat/completions', hi)]).toEqual([503, 503])
    expect(await (await begun).json()).toMatchObject({ usage: { completion_tokens: 25 } })
    expect(await drained).toBe(true)
  })

  it('draining gives up on a request that does not end', async () => {
    server = await startSimulated({ hangEvery: 1 })
    const hanging = fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(hi),
    }).catch(() => 'cut')
    await vi.waitFor(() => expect(server.backend.load().running).toBe(1), 5000)
    expect(await server.drain(10)).toBe(false)
    await server.close()
    expect(await hanging).toBe('cut')
  })

  it('a taken port is an error, not a silent second server', async () => {
    server = await startSimulated()
    const { backend, port } = server
    const second = startServer({ backend, host: '127.0.0.1', port, metricsStyle: 'vllm', version: 'test' })
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('connections', () => {
  it('stay open for 75 s, longer than a gateway keeps them idle, so that it never writes into a closing one', async () => {
    server = await startSimulated()
    const response = await fetch(`${server.url}/version`)
    expect(response.headers.get('keep-alive')).toBe('timeout=75')
  })
})

describe('a server with a key', () => {
  it('asks for it below /v1, as vLLM does, and leaves probes and metrics open', async () => {
    server = await startSimulated()
    const keyed = await startServer({
      backend: server.backend,
      host: '127.0.0.1',
      port: 0,
      metricsStyle: 'vllm',
      version: 'test',
      apiKey: 'right',
    })
    const ask = async (path: string, authorization?: string) => {
      const response = await fetch(`${keyed.url}${path}`, {
        headers: authorization === undefined ? {} : { authorization },
      })
      await response.text()
      return response.status
    }
    try {
      expect(await ask('/v1/models')).toBe(401)
      expect(await ask('/v1/models', 'Bearer wrong')).toBe(401)
      expect(await ask('/v1/models', 'right')).toBe(401)
      expect(await ask('/v1/models', 'Bearer right')).toBe(200)
      expect([await ask('/health'), await ask('/metrics')]).toEqual([200, 200])
    } finally {
      await keyed.close()
    }
  })
})
