import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { untilOk, untilSilent } from './answers.ts'
import type { Clock } from './clock.ts'

/** Answers with these statuses in turn, 0 being no answer at all; then with the last for ever. */
let script: number[] = []
const server = createServer((_request, response) => {
  const status = script.length > 1 ? script.shift() : script[0]
  if (status === 0) response.destroy()
  else response.writeHead(status ?? 500).end()
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`
})
afterAll(() => server.close())

const waits: number[] = []
const quickClock: Clock = {
  now: () => 0,
  random: () => 0,
  wait: async (durationMs) => {
    waits.push(durationMs)
  },
}
const policy = { intervalMs: 1, timeoutMs: 5_000, limit: 3 }

describe('whether an engine answers', () => {
  it('is ready with its first 200, whatever it said before', async () => {
    script = [0, 503, 500, 200]
    await untilOk(url, quickClock, new AbortController().signal)
    expect(waits).toEqual([50, 75, 112.5])
  })

  it('stops asking when it is to stop', async () => {
    script = [503]
    const stopping = new AbortController()
    const asking = untilOk(url, { ...quickClock, wait: async () => stopping.abort() }, stopping.signal)
    await expect(asking).rejects.toThrow('aborted')
  })

  it('is hung after several questions in a row without any answer, not when it is only busy', async () => {
    script = [200, 0, 0, 503, 0, 0, 200, 0, 0, 0]
    const problem = await untilSilent(url, policy, quickClock, new AbortController().signal)
    expect(problem).toBe(`gave no answer on ${url} 3 times in a row`)
    expect(script).toEqual([0])
  })
})
