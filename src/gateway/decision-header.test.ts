import { afterEach, describe, expect, it } from 'vitest'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import {
  answerEvents,
  answerJson,
  startUpstream,
  type Behaviour,
  type ProgrammableUpstream,
} from './testing/upstream.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const chat = '/v1/chat/completions'
const field = 'x-fairlead-decision'
const streamed = answerEvents((response) => response.end('data: {"choices":[]}\n\ndata: [DONE]\n\n'))
const prefilled = answerJson({ choices: [], usage: { prompt_tokens: 9 }, kv_transfer_params: { remote_host: 'here' } })
const busy = answerJson({ error: { message: 'no' } }, 503)
const question = (more: object = {}) =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'What is a fairlead? '.repeat(100) }], ...more })

async function upstreams(...behaviours: Behaviour[]): Promise<ProgrammableUpstream[]> {
  const engines = await Promise.all(behaviours.map((behaviour) => startUpstream(behaviour)))
  for (const engine of engines) cleanUps.push(() => engine.kill())
  return engines
}

async function serve(
  model: object,
  replicas: number,
  workers = 1,
  others: readonly object[] = [],
): Promise<TestGateway> {
  const gateway = await startTestGateway({
    gateway: { workers },
    models: [{ name: 'm', engine: 'external', ...model }, ...others],
  })
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, replicas)
  return gateway
}

const addressesOf = (engines: readonly ProgrammableUpstream[]) => engines.map(({ url }) => url)
const told = async (gateway: TestGateway, body = question()): Promise<unknown> =>
  (await gateway.ask(chat, body)).headers[field]

describe.each([1, 2])('the decision in the head of an answer, with %i threads', (workers) => {
  it('says who answered and why, of whole answers and of streams', async () => {
    const engines = await upstreams(answerJson({}), answerJson({}))
    const routing = { decisionHeader: true }
    const gateway = await serve({ addresses: addressesOf(engines), routing }, 2, workers)
    const first = await told(gateway)
    expect(first).toMatch(
      /^replica="m-[^"]+", policy="auto", reason="new-prompt", held=0, prompt=\d+, waited=0, attempt=1$/,
    )
    await untilIdle(gateway)
    for (const engine of engines) engine.behave = streamed
    const second = String(await told(gateway, question({ stream: true })))
    expect(second).toMatch(/reason="prefix", held=[1-9]\d*, prompt=\d+, waited=0, attempt=1$/)
    expect(second.split(',')[0]).toBe(String(first).split(',')[0])
  })
})

describe('the decision in the head of an answer', () => {
  it('is told to nobody unless the Fleet says so', async () => {
    const gateway = await serve({ addresses: addressesOf(await upstreams(answerJson({}))) }, 1)
    expect(await told(gateway)).toBeUndefined()
  })

  it('is that of the replica that answered, after others failed', async () => {
    const engines = await upstreams(busy, answerJson({}))
    const routing = { decisionHeader: true, policy: 'roundRobin' }
    const gateway = await serve({ addresses: addressesOf(engines), routing }, 2)
    const both = [await told(gateway), await told(gateway)]
    const healthy = (await gateway.load()).replicas.find(({ address }) => address === engines[1]?.url)
    for (const each of both) expect(each).toContain(`replica="${healthy?.id}", policy="roundRobin", reason="turn"`)
    expect(both.filter((each) => String(each).endsWith('attempt=2'))).toHaveLength(1)
  })

  it('keeps what decided when another model could have answered too', async () => {
    const [failing, working, other] = await upstreams(busy, answerJson({}), answerJson({}))
    if (failing === undefined || working === undefined || other === undefined) throw new Error('there are three')
    const routing = { decisionHeader: true, fallbackModels: ['n'] }
    const more = [{ name: 'n', engine: 'external', addresses: [other.url], routing: { decisionHeader: true } }]
    const gateway = await serve({ addresses: addressesOf([failing, working]), routing }, 3, 1, more)
    const attempts = [await told(gateway), await told(gateway, question({ n: 1 }))]
    for (const each of attempts) expect(each).toMatch(/policy="auto", reason="(?:new-prompt|only-one|prefix\S*)"/)
    await working.kill()
    await until('the other model answers', async () => String(await told(gateway)).includes('fallback="n"'))
  })

  it('says how long a request waited', async () => {
    const held: (() => void)[] = []
    const [engine] = await upstreams((...asked) => held.push(() => answerJson({})(...asked)))
    if (engine === undefined) throw new Error('there is one')
    const gateway = await serve({ addresses: [engine.url], maxInFlight: 1, routing: { decisionHeader: true } }, 1)
    const first = told(gateway)
    await until('the first is there', () => held.length === 1)
    const second = told(gateway)
    await until('the second waits', async () => (await gateway.load()).queues.some(({ length }) => length === 1))
    const since = performance.now()
    await until('it has waited for more than a moment', () => performance.now() - since > 20)
    engine.behave = answerJson({})
    for (const answer of held) answer()
    expect(await first).toContain('reason="only-one", waited=0, attempt=1')
    expect(await second).toMatch(/reason="only-one", waited=(?:[2-9]\d|\d{3,}), attempt=1$/)
  })

  it('names who computed the prompt, of a pair', async () => {
    const [prefill, decode] = await upstreams(prefilled, answerJson({}))
    if (prefill === undefined || decode === undefined) throw new Error('there are two')
    const pools = { prefill: { addresses: [prefill.url] }, decode: { addresses: [decode.url] } }
    const routing = { decisionHeader: true, disaggregation: { minPromptTokens: 1 } }
    const gateway = await serve({ ...pools, routing }, 2)
    const { replicas } = await gateway.load()
    const idOf = ({ url }: ProgrammableUpstream) => replicas.find(({ address }) => address === url)?.id
    expect(await told(gateway)).toContain(`replica="${idOf(decode)}", prefill="${idOf(prefill)}", policy="auto"`)
    prefill.behave = busy
    expect(await told(gateway, question({ n: 1 }))).not.toContain('prefill=')
  })
})
