import { afterEach, describe, expect, it } from 'vitest'
import { runCli } from '../cli/testing/run-in-process.ts'
import { exitCodes } from '../errors/index.ts'
import { startTestGateway, untilIdle, untilReady } from './testing/harness.ts'
import { answerJson, startUpstream } from './testing/upstream.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const question = JSON.stringify({
  model: 'm',
  messages: [{ role: 'user', content: 'What is a fairlead? '.repeat(100) }],
})

describe.each([1, 2])('a request that was answered, with %i threads', (workers) => {
  it('is explained by its id: who answered, why, and which try it was', async () => {
    const engines = await Promise.all([startUpstream(answerJson({})), startUpstream(answerJson({}))])
    for (const engine of engines) cleanUps.push(() => engine.kill())
    const models = [{ name: 'm', engine: 'external', addresses: engines.map(({ url }) => url) }]
    const gateway = await startTestGateway({ gateway: { workers }, models })
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, 2)
    const ask = async (id: string) => {
      await gateway.ask('/v1/chat/completions', question, { headers: { 'x-request-id': id } })
      await untilIdle(gateway)
    }
    const explain = (...args: string[]) =>
      runCli(['explain', 'request', ...args, '--admin', `http://127.0.0.1:${gateway.adminAddress.port}/`])
    await ask('one')
    await ask('two')
    const holder = engines.find(({ received }) => received.length === 2)
    const idOf = new Map((await gateway.load()).replicas.map(({ address, id }) => [address, id]))
    const { code, stdout } = await explain('two')
    expect(code).toBe(exitCodes.done)
    expect(stdout).toMatch(/Request two\n/)
    expect(stdout).toMatch(new RegExp(`Replica +${idOf.get(holder?.url ?? '')}\\n`))
    expect(stdout).toMatch(/Policy +auto\n[^]*Why +prefix: it holds the most of the prompt\n/)
    expect(stdout).toMatch(/Held +[1-9]\d* of about \d+ tokens/)
    if (holder !== undefined) holder.behave = answerJson({ error: {} }, 503)
    await ask('three')
    const told = JSON.parse((await explain('three', '--json')).stdout) as unknown
    expect(told).toMatchObject([{ requestId: 'three', status: 200, attempts: 2, attempt: 2, choice: 'only-one' }])
    const none = await explain('none')
    expect([none.code, none.stdout]).toEqual([exitCodes.answerIsNo, expect.stringMatching(/has no request none/)])
  })
})
