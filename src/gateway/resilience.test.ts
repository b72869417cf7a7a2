import { request as httpRequest, type ServerResponse } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { writeFileAtomic } from '../files/index.ts'
import { startTestGateway, until, untilIdle, untilReady, type TestGateway } from './testing/harness.ts'
import {
  answerEvents,
  answerJson,
  startUpstream,
  type Behaviour,
  type ProgrammableUpstream,
} from './testing/upstream.ts'

const chat = '/v1/chat/completions'
const body = '{"model":"m"}'
const streaming = '{"model":"m","stream":true}'
const event = 'data: {"choices":[]}\n\n'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

async function upstreams(...behaviours: readonly Behaviour[]): Promise<ProgrammableUpstream[]> {
  const started = await Promise.all(behaviours.map((behave) => startUpstream(behave)))
  for (const upstream of started) cleanUps.push(() => upstream.kill())
  return started
}
async function gatewayFor(
  replicas: readonly { readonly url: string }[],
  settings: { readonly gateway?: object; readonly model?: object } = {},
): Promise<TestGateway> {
  const addresses = replicas.map(({ url }) => url)
  const gateway = await startTestGateway({
    gateway: settings.gateway ?? {},
    models: [{ name: 'm', engine: 'external', addresses, ...settings.model }],
  })
  cleanUps.push(() => gateway.close())
  await untilReady(gateway, replicas.length)
  return gateway
}
const codeOf = (answer: { readonly body: Buffer }) =>
  (JSON.parse(answer.body.toString()) as { error: { code: string } }).error.code
const lastRequest = (gateway: TestGateway) => gateway.log.findLast(({ msg }) => msg === 'request')
const counts = (all: readonly ProgrammableUpstream[]) => all.map(({ received }) => received.length)

// proves C4 (stand-in)
describe('the choice among replicas', () => {
  it('spreads requests one after another, and gives new ones to the replica with the fewest open', async () => {
    const all = await upstreams(answerJson({}), answerJson({}), answerJson({}))
    const gateway = await gatewayFor(all)
    for (let count = 0; count < 9; count += 1) await gateway.ask(chat, body)
    expect(counts(all)).toEqual([3, 3, 3])
    const [first] = all
    if (first === undefined) throw new Error('no upstream')
    first.behave = () => {}
    const stuck = Array.from({ length: 3 }, () => gateway.ask(chat, body))
    await until('one request is stuck', () => first.received.length === 4)
    for (let count = 0; count < 10; count += 1) await gateway.ask(chat, body)
    expect(first.received.length).toBe(4)
    await first.kill()
    await Promise.all(stuck)
    cleanUps.splice(0, 1)
  })

  it('keeps to maxInFlight, and says so when all are full and nobody may wait', async () => {
    const all = await upstreams(
      () => {},
      () => {},
    )
    const gateway = await gatewayFor(all, { model: { maxInFlight: 2, flow: { maxQueue: 0 } } })
    const open = Array.from({ length: 4 }, () => {
      const request = httpRequest(gateway.url + chat, { agent: false, method: 'POST' })
      request.on('error', () => {})
      request.end(body)
      return request
    })
    await until('all are full', () => counts(all).every((count) => count === 2))
    const answer = await gateway.ask(chat, body)
    expect([answer.status, codeOf(answer)]).toEqual([503, 'queue_full'])
    expect(answer.headers['retry-after']).toMatch(/^[23]$/)
    for (const request of open) request.destroy()
    await untilIdle(gateway)
  })
})

// proves C7, Q6 (stand-in)
describe('a replica that fails before its first byte', () => {
  const failures: readonly (readonly [string, Behaviour])[] = [
    ['answers 503', answerJson({ error: 'busy' }, 503)],
    ['answers 502', answerJson({}, 502)],
    ['breaks the connection', (response) => response.destroy()],
    [
      'breaks it after the head',
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.flushHeaders()
        setImmediate(() => response.destroy())
      },
    ],
  ]
  it.each(failures)('%s: another one answers, and the client notices nothing', async (_title, behave) => {
    const all = await upstreams(behave, behave, answerJson({ ok: true }))
    const gateway = await gatewayFor(all)
    for (let count = 0; count < 6; count += 1) {
      const answer = await gateway.ask(chat, body)
      expect([answer.status, answer.body.toString()]).toEqual([200, '{"ok":true}'])
    }
    expect(all[2]?.received.length).toBe(6)
    expect(await gateway.metrics()).toMatch(
      /^fairlead_gateway_upstream_retries_total\{model="m",reason="upstream_\w+"\} \d/m,
    )
    await untilIdle(gateway)
  })

  it('is not asked twice, and the last failure is told when all have failed', async () => {
    const all = await upstreams(answerJson({}, 503), answerJson({}, 503))
    const gateway = await gatewayFor(all)
    const answer = await gateway.ask(chat, body)
    expect([answer.status, codeOf(answer)]).toEqual([502, 'upstream_error'])
    expect(counts(all)).toEqual([1, 1])
    expect(lastRequest(gateway)).toMatchObject({ attempts: 2 })
  })

  it('counts against retry.attempts', async () => {
    const all = await upstreams(answerJson({}, 503), answerJson({}, 503), answerJson({}, 503))
    const gateway = await gatewayFor(all, { gateway: { retry: { attempts: 2 } } })
    await gateway.ask(chat, body)
    expect(counts(all).reduce((sum, count) => sum + count)).toBe(2)
  })

  it('is not replaced for an error that any engine would repeat', async () => {
    const all = await upstreams(answerJson({}, 500), answerJson({}, 500))
    const gateway = await gatewayFor(all)
    expect((await gateway.ask(chat, body)).status).toBe(502)
    expect(counts(all).reduce((sum, count) => sum + count)).toBe(1)
  })

  it('closed a kept connection just as it was used: the only replica is asked anew', async () => {
    const [upstream] = await upstreams((response, _received, index) => {
      if (index === 1) response.destroy()
      else answerJson({ ok: true })(response, _received, index)
    })
    if (upstream === undefined) throw new Error('no upstream')
    const gateway = await gatewayFor([upstream])
    await gateway.ask(chat, body)
    expect((await gateway.ask(chat, body)).status).toBe(200)
    expect(upstream.received.length).toBe(3)
  })

  it('is never replaced after its first byte: nothing is generated twice', async () => {
    const die = answerEvents((response) => {
      response.write(event)
      setImmediate(() => response.destroy())
    })
    const all = await upstreams(die, die)
    const gateway = await gatewayFor(all)
    const answer = await gateway.ask(chat, streaming)
    expect(answer.body.toString()).toContain('upstream_died')
    expect(counts(all).reduce((sum, count) => sum + count)).toBe(1)
  })
})

const slowly: Behaviour = (response, received, index) => {
  setTimeout(() => response.destroyed || answerJson({ ok: true })(response, received, index), 20)
}

describe('a replica that is killed under load', () => {
  it('costs no request that had not begun to answer, and gets work again when it is back', async () => {
    const all = await upstreams(slowly, slowly, slowly)
    const gateway = await gatewayFor(all, { gateway: { health: { interval: '100ms' } } })
    const victim = all[0]
    if (victim === undefined) throw new Error('no upstream')
    const statuses: number[] = []
    const over = new AbortController()
    const client = async () => {
      while (!over.signal.aborted) statuses.push((await gateway.ask(chat, body)).status)
    }
    const clients = Array.from({ length: 16 }, client)
    await until('all work', () => counts(all).every((count) => count > 5))
    await victim.kill()
    const after = statuses.length
    await until('load goes on', () => statuses.length > after + 100)
    const back = await startUpstream(slowly, victim.port)
    cleanUps.splice(0, 1, () => back.kill())
    await until('it works again', () => back.received.length > 5)
    over.abort()
    await Promise.all(clients)
    expect(statuses.every((status) => status === 200)).toBe(true)
    await untilIdle(gateway)
  })

  it('is known to be down after the first refused connection, without waiting for a probe', async () => {
    const all = await upstreams(answerJson({}), answerJson({}))
    const gateway = await gatewayFor(all, { gateway: { health: { interval: '1h' } } })
    await all[0]?.kill()
    cleanUps.splice(0, 1)
    for (let count = 0; count < 4; count += 1) expect((await gateway.ask(chat, body)).status).toBe(200)
    const { replicas } = await gateway.load()
    expect(replicas.map(({ ready }) => ready)).toEqual([false, true])
    expect(replicas[0]?.lastError).toMatch(/ECONNREFUSED/)
  })
})

describe('health', () => {
  it('takes a replica out after unhealthyAfter failed probes, and in after one that succeeds', async () => {
    const all = await upstreams(answerJson({}))
    const gateway = await gatewayFor(all, { gateway: { health: { interval: '20ms', unhealthyAfter: 3 } } })
    const [upstream] = all
    if (upstream === undefined) throw new Error('no upstream')
    upstream.isReady = false
    await until('it is out', async () => (await gateway.load()).replicas[0]?.ready === false)
    expect((await gateway.ask('/health')).status).toBe(503)
    const answer = await gateway.ask(chat, body)
    expect([answer.status, codeOf(answer)]).toEqual([503, 'no_ready_replica'])
    upstream.isReady = true
    await untilReady(gateway, 1)
    expect((await gateway.ask(chat, body)).status).toBe(200)
  })

  it('is not fooled by a replica that takes connections and never answers', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve))
    cleanUps.push(async () => silent.close())
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const gateway = await gatewayFor([], {
      gateway: { health: { timeout: '50ms' } },
      model: { addresses: [url] },
    })
    await until('a probe has failed', async () => (await gateway.load()).replicas[0]?.lastError === 'no answer in time')
    expect((await gateway.load()).replicas[0]?.ready).toBe(false)
  })
})

// proves C7 (stand-in)
describe('deadlines', () => {
  it('ttft: an engine that takes the request and says nothing', async () => {
    const [upstream] = await upstreams(() => {})
    const gateway = await gatewayFor([{ url: upstream?.url ?? '' }], { model: { deadlines: { ttft: '100ms' } } })
    const answer = await gateway.ask(chat, streaming)
    expect([answer.status, codeOf(answer)]).toEqual([504, 'deadline_ttft'])
    await until('the engine sees the end', () => upstream?.received[0]?.isAborted === true)
    await untilIdle(gateway)
  })

  it('idle: a stream that falls silent; not one that goes on', async () => {
    let isSilent = false
    const [upstream] = await upstreams(
      answerEvents((response) => {
        let left = 6
        const timer = setInterval(() => {
          response.write(event)
          left -= 1
          if (left > 0 || response.destroyed) return
          clearInterval(timer)
          if (!isSilent) response.end('data: [DONE]\n\n')
        }, 60)
      }),
    )
    const gateway = await gatewayFor([{ url: upstream?.url ?? '' }], { model: { deadlines: { idle: '1s' } } })
    expect((await gateway.ask(chat, streaming)).body.toString()).toMatch(/\[DONE\]\n\n$/)
    isSilent = true
    const text = (await gateway.ask(chat, streaming)).body.toString()
    expect(text).toMatch(/event: error\ndata: \{"error":\{.*"code":"deadline_idle"\}\}\n\n$/)
    await until('the engine sees the end', () => upstream?.received[1]?.isAborted === true)
  })

  it('total: an answer that never ends', async () => {
    const [upstream] = await upstreams(
      answerEvents((response) => {
        const timer = setInterval(() => response.write(event), 20)
        response.on('close', () => clearInterval(timer))
      }),
    )
    const gateway = await gatewayFor([{ url: upstream?.url ?? '' }], { model: { deadlines: { total: '300ms' } } })
    expect((await gateway.ask(chat, streaming)).body.toString()).toContain('"code":"deadline_total"')
    await until('the engine sees the end', () => upstream?.received[0]?.isAborted === true)
    await untilIdle(gateway)
  })
})

// proves C7 (stand-in)
describe('draining', () => {
  // proves C7 (simulated)
  it('says so to load balancers, still accepts for a moment, then no more, and lets open streams finish', async () => {
    const engine = Promise.withResolvers<ServerResponse>()
    const [upstream] = await upstreams(answerEvents(engine.resolve))
    const gateway = await gatewayFor([{ url: upstream?.url ?? '' }], { gateway: { drain: { settle: '500ms' } } })
    const answer = gateway.ask(chat, streaming)
    const open = await engine.promise
    open.write(event)
    const drained = gateway.drain()
    expect((await gateway.load()).draining).toBe(true)
    const { status, headers } = await gateway.ask('/readyz')
    expect([status, headers.connection]).toEqual([503, 'close'])
    await until('it refuses connections', () =>
      gateway.ask('/readyz').then(
        () => false,
        (error: Error) => error.message.includes('ECONNREFUSED'),
      ),
    )
    open.end('data: [DONE]\n\n')
    await drained
    expect((await answer).body.toString()).toBe(`${event}data: [DONE]\n\n`)
    await gateway.closed
  })

  it('ends what is still open at the end of its time, honestly', async () => {
    const [upstream] = await upstreams((response, _received, index) => {
      if (index === 1) return
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(event)
    })
    const gateway = await gatewayFor([{ url: upstream?.url ?? '' }], { gateway: { drain: { timeout: '50ms' } } })
    const stream = gateway.ask(chat, streaming)
    await until('the stream is open', () => upstream?.received.length === 1)
    const whole = gateway.ask(chat, body)
    await until('both are open', () => upstream?.received.length === 2)
    await gateway.drain()
    expect((await stream).body.toString()).toMatch(/event: error\ndata: .*"code":"draining"/)
    const refused = await whole
    expect([refused.status, codeOf(refused)]).toEqual([503, 'draining'])
  })
})

describe('discovery', () => {
  it('follows the state file: a replica that is added, restarted elsewhere, and gone', async () => {
    const all = await upstreams(answerJson({ by: 0 }), answerJson({ by: 1 }))
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-state-'))
    cleanUps.push(() => rm(folder, { recursive: true, force: true }))
    const statePath = join(folder, 'state.json')
    const write = (replicas: readonly { readonly index: number; readonly starts: number; readonly state?: string }[]) =>
      writeFileAtomic(
        statePath,
        JSON.stringify({
          version: 1,
          fleet: 'test',
          fleetFile: '/fleet.yaml',
          supervisor: { pid: 1, startTime: '1' },
          startedAt: '',
          gateway: null,
          replicas: replicas.map(({ index, starts, state = 'ready' }) => ({
            id: 'm-0',
            model: 'm',
            engine: 'simulated',
            host: '127.0.0.1',
            port: all[index]?.port,
            state,
            process: null,
            engineProcess: null,
            starts,
            since: '',
            lastError: null,
          })),
        }),
      )
    const gateway = await startTestGateway({ models: [{ name: 'm', engine: 'simulated' }] }, { statePath })
    cleanUps.push(() => gateway.close())
    expect(codeOf(await gateway.ask(chat, body))).toBe('no_ready_replica')
    await write([{ index: 0, starts: 1 }])
    await untilReady(gateway, 1)
    expect((await gateway.ask(chat, body)).body.toString()).toBe('{"by":0}')
    await write([{ index: 1, starts: 2 }])
    await until('the new process answers', async () => (await gateway.ask(chat, body)).body.toString() === '{"by":1}')
    await write([{ index: 1, starts: 2, state: 'stopping' }])
    await until('a stopping one gets nothing', async () => (await gateway.ask(chat, body)).status === 503)
    await write([])
    await until('it is forgotten', async () => (await gateway.load()).replicas.length === 0)
    expect(await gateway.metrics()).not.toContain('replica="m-0"')
  })
})
