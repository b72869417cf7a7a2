import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPoolsSource } from '../discovery/index.ts'
import { startTestGateway, until, untilReady, type TestGateway } from './testing/harness.ts'
import { startUpstream, type ProgrammableUpstream } from './testing/upstream.ts'

const chat = '/v1/chat/completions'
const event = 'data: {"choices":[]}\n\n'
const done = 'data: [DONE]\n\n'
const model = { name: 'm', engine: 'vllm', source: 'hf://owner/name', context: 4096 }

let folder: string
const cleanUps: (() => unknown)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-pools-'))
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
  await rm(folder, { recursive: true, force: true })
})
const poolsPath = () => join(folder, 'pools.yaml')
const writePools = (address: string, more: object = {}) =>
  writeFile(
    poolsPath(),
    JSON.stringify({ version: 1, pools: [{ model: 'm', engine: 'vllm', address, resolve: 'dns', ...more }] }),
  )

/** An engine that takes a moment for each answer. */
async function engine(port = 0, host = '127.0.0.1'): Promise<ProgrammableUpstream> {
  const started = await startUpstream(
    (response, { body }) => {
      const isStream = (JSON.parse(body.toString()) as { stream?: boolean }).stream === true
      response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
      if (isStream) response.write(event)
      setTimeout(() => response.end(isStream ? event + done : '{"ok":true}'), isStream ? 100 : 10)
    },
    port,
    host,
  )
  cleanUps.push(() => started.kill())
  return started
}

/** Asks in both ways, again and again, until it is stopped; tells what went wrong. */
function load(gateway: TestGateway) {
  const problems: string[] = []
  let answered = 0
  const over = new AbortController()
  const client = async (isStream: boolean) => {
    const wanted = isStream ? event + event + done : '{"ok":true}'
    while (!over.signal.aborted) {
      const answer = await gateway.ask(chat, JSON.stringify({ model: 'm', stream: isStream })).catch(String)
      answered += 1
      if (typeof answer === 'string') problems.push(answer)
      else if (answer.body.toString() !== wanted || answer.isBroken) problems.push(`${answer.status} ${answer.body}`)
    }
  }
  const clients = Array.from({ length: 8 }, (_, index) => client(index % 2 === 0))
  return {
    more: (count: number) => {
      const before = answered
      return until('the load goes on', () => answered >= before + count)
    },
    async stop() {
      over.abort()
      await Promise.all(clients)
      return problems
    },
  }
}

// proves B3, C7 (stand-in)
describe('a gateway with a pools file', () => {
  it('finds the engines of a host name that other systems run, under their own engine’s name', async () => {
    const one = await engine()
    await writePools(`http://localhost:${one.port}`)
    const gateway = await startTestGateway({ models: [model] }, { poolsPath: poolsPath() })
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, 1)
    const { replicas } = await gateway.load()
    expect(replicas).toMatchObject([{ id: 'm-127-0-0-1', model: 'm', engine: 'vllm', phase: 'serving' }])
    expect((await gateway.ask(chat, '{"model":"m"}')).status).toBe(200)
    // The name that was asked for, as a mesh or a proxy in front of the engine wants it.
    expect(one.received[0]?.headers.host).toBe(`localhost:${one.port}`)
  })

  it('loses no request while replicas are added, exchanged and removed', async () => {
    const one = await engine(0, '127.0.0.2')
    const two = await engine(one.port, '127.0.0.3')
    let answer: readonly string[] = ['127.0.0.2']
    await writePools(`http://engines:${one.port}`)
    const source = createPoolsSource({ path: poolsPath(), lookUp: async () => answer, intervalMs: 20 })
    const gateway = await startTestGateway({ models: [model] }, { source })
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, 1)
    const running = load(gateway)
    await running.more(30)
    answer = ['127.0.0.2', '127.0.0.3']
    await until('the second one serves', () => two.received.length > 10)
    await running.more(30)
    answer = ['127.0.0.3']
    await until('the first one is left', async () => (await gateway.load()).replicas.length === 1)
    await until('its open answers came to their end', () => one.openAnswers() === 0)
    const last = one.received.length
    await one.kill()
    await running.more(30)
    answer = ['127.0.0.3', '127.0.0.2']
    const successor = await engine(one.port, '127.0.0.2')
    await until('another one at the first address serves', () => successor.received.length > 10)
    expect(await running.stop()).toEqual([])
    expect(one.received).toHaveLength(last)
  })

  it('does not start with one that is wrong, and leaves nothing behind', async () => {
    await writeFile(poolsPath(), 'version: 1\npools: [{ model: m }]\n')
    await expect(startTestGateway({ models: [model] }, { poolsPath: poolsPath() })).rejects.toMatchObject({
      parts: { what: 'The pools file cannot be used', where: `${poolsPath()}:2:9` },
    })
  })
})
