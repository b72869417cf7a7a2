import { spawn, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commandLine, engineFor, type EngineSettings } from '../../src/engines/index.ts'
import { parsePrometheusText } from '../../src/engines/prometheus-text.ts'
import { startTestGateway, untilIdle, untilReady, type TestGateway } from '../../src/gateway/testing/harness.ts'
import { until } from '../harness/until.ts'
import { freePort } from '../../src/gateway/testing/free-port.ts'
import { missing, processorEnvironment, tinyModel, vllmFolder } from './harness/real-vllm.ts'

beforeEach((context) => {
  if (vllmFolder === undefined) context.skip(missing)
})

const roles = ['kv_producer', 'kv_consumer'] as const
const prompt = (of: string) => Array.from({ length: 20 }, (_, turn) => `${of} ${turn}`).join(', ')

const settings = (port: number, role: (typeof roles)[number], { events, replays }: EventsPorts): EngineSettings => ({
  model: tinyModel(),
  servedNames: ['tiny'],
  host: '127.0.0.1',
  port,
  dtype: 'bfloat16',
  context: 1024,
  maxSequences: 4,
  prefixCaching: true,
  blockSize: 32,
  // With an address in place of the star it would connect, and not listen.
  kvEventsEndpoint: `tcp://*:${events}`,
  kvEventsReplayEndpoint: `tcp://*:${replays}`,
  kvTransfer: { kv_connector: 'NixlConnector', kv_role: role, kv_buffer_device: 'cpu' },
  extraArgs: ['--enforce-eager', '--enable-prompt-tokens-details'],
})

interface EventsPorts {
  readonly events: number
  readonly replays: number
}

interface Engine {
  readonly url: string
  readonly ports: EventsPorts
  readonly process: ChildProcess
  output: string
}

/** On a core of its own: threads of two engines that wait for work spin on the same cores otherwise, each in the other's way. */
async function startEngine(folder: string, role: (typeof roles)[number], core: number): Promise<Engine> {
  const [port, sideChannelPort] = [await freePort(), await freePort()]
  const ports = { events: await freePort(), replays: await freePort() }
  const child = spawn(join(folder, 'bin', 'vllm'), ['serve', ...commandLine('vllm', settings(port, role, ports))], {
    env: {
      ...processorEnvironment,
      VLLM_CPU_OMP_THREADS_BIND: String(core % availableParallelism()),
      VLLM_NIXL_SIDE_CHANNEL_HOST: '127.0.0.1',
      VLLM_NIXL_SIDE_CHANNEL_PORT: String(sideChannelPort),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const engine: Engine = { url: `http://127.0.0.1:${port}`, ports, process: child, output: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => (engine.output = `${engine.output}${piece}`.slice(-20_000)))
  }
  return engine
}

async function untilServing(engine: Engine): Promise<void> {
  await until(
    async () => {
      const { exitCode } = engine.process
      if (exitCode !== null) throw new Error(`vLLM ended with ${exitCode}:\n${engine.output}`)
      const answer = await fetch(`${engine.url}${engineFor('vllm').readinessPath}`).catch(() => undefined)
      return answer?.status === 200
    },
    () => `vLLM serves; it said:\n${engine.output}`,
    580_000,
  )
}

async function metricOf({ url }: Engine, name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const samples = parsePrometheusText(await (await fetch(`${url}/metrics`)).text())
  return samples
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((sum, { value }) => sum + value, 0)
}
const transferred = (engine: Engine) =>
  metricOf(engine, 'vllm:prompt_tokens_by_source_total', { source: 'external_kv_transfer' })

/** Engines count a request some time after they have answered it. */
const untilTransferred = (engine: Engine, more: number) =>
  until(
    async () => (await transferred(engine)) > more,
    () => `more than ${more} tokens were handed over`,
    20_000,
  )

/** What was handed over once nothing has come for a second. */
async function settled(engine: Engine): Promise<number> {
  for (let before = await transferred(engine); ;) {
    await delay(1000)
    const now = await transferred(engine)
    if (now === before) return now
    before = now
  }
}

const textOf = (body: string) => {
  const { choices, usage } = JSON.parse(body) as {
    choices: { message?: { content: string }; text?: string }[]
    usage: {
      prompt_tokens: number
      completion_tokens: number
      prompt_tokens_details: { cached_tokens: number } | null
    }
  }
  return { text: choices[0]?.message?.content ?? choices[0]?.text, usage }
}

describe('two real vLLM, one that prefills and one that decodes', () => {
  let engines: readonly Engine[] = []
  let gateway: TestGateway | undefined
  beforeAll(async () => {
    if (vllmFolder === undefined) return
    const folder = vllmFolder
    tinyModel()
    engines = [await startEngine(folder, 'kv_producer', 0), await startEngine(folder, 'kv_consumer', 1)]
    await Promise.all(engines.map((engine) => untilServing(engine)))
    gateway = await startTestGateway({
      models: [
        {
          name: 'tiny',
          engine: 'external',
          prefill: { addresses: [engines[0]?.url] },
          decode: { addresses: [engines[1]?.url] },
          chat: { tokenizer: tinyModel() },
          kvCache: {
            events: {
              endpoints: engines.map(({ ports }) => `tcp://127.0.0.1:${ports.events}`),
              replayEndpoints: engines.map(({ ports }) => `tcp://127.0.0.1:${ports.replays}`),
            },
          },
          // More than the end of a prompt that does not fill a block.
          routing: { policy: 'prefixExact', disaggregation: { minPromptTokens: 64 } },
        },
      ],
    })
    await untilReady(gateway, 2)
    const its = gateway
    const exact = async () => (await its.load()).exact[0]
    await until(
      async () => (await exact())?.state === 'on',
      () => 'prompts are looked up',
      60_000,
    )
  })
  afterAll(async () => {
    await gateway?.close()
    for (const { process: child } of engines) {
      try {
        // The server has processes of its own; its group ends whole.
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended.
      }
    }
  })

  function parts(): { readonly prefill: Engine; readonly decode: Engine; readonly its: TestGateway } {
    const [prefill, decode] = engines
    if (prefill === undefined || decode === undefined || gateway === undefined) throw new Error('not started')
    return { prefill, decode, its: gateway }
  }

  const steady = { model: 'tiny', temperature: 0, ignore_eos: true, max_tokens: 16 }
  const chat = (of: string, more: object = {}) =>
    JSON.stringify({ ...steady, messages: [{ role: 'user', content: prompt(of) }], ...more })
  const askDirectly = async ({ url }: Engine, path: string, body: string) =>
    await (
      await fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    ).text()

  // proves C5 (real part)
  it.each([
    ['/v1/chat/completions', (of: string) => chat(of)],
    ['/v1/completions', (of: string) => JSON.stringify({ ...steady, prompt: prompt(of) })],
  ])('answer %s as one of them does alone, with the prompt’s blocks handed over', async (path, bodyOf) => {
    const { prefill, decode, its } = parts()
    const body = bodyOf(`as one${path}`)
    const before = await settled(decode)
    const split = await its.ask(path, body)
    expect(split.status).toBe(200)
    const whole = textOf(await askDirectly(prefill, path, body))
    const answer = textOf(split.body.toString())
    expect(answer.text).toBe(whole.text)
    expect(answer.usage.prompt_tokens).toBe(whole.usage.prompt_tokens)
    expect(answer.usage.completion_tokens).toBe(16)
    // Blocks that are handed over are whole ones, but for the last token, which the decode replica computes.
    await untilTransferred(decode, before + whole.usage.prompt_tokens / 2)
    expect(answer.usage.prompt_tokens_details?.cached_tokens ?? 0).toBe(0)
    expect(await its.metrics()).not.toContain('fairlead_disaggregation_fallbacks_total{')
    await untilIdle(its)
  })

  it('answer a stream of Messages with blocks handed over', async () => {
    const { decode, its } = parts()
    const before = await settled(decode)
    const body = JSON.stringify({
      model: 'tiny',
      max_tokens: 8,
      stream: true,
      messages: [{ role: 'user', content: prompt('messages') }],
    })
    const answer = await its.ask('/v1/messages', body)
    expect([answer.status, answer.body.toString().includes('message_stop')]).toEqual([200, true])
    await untilTransferred(decode, before)
  })

  it('answer a stream, and a prompt that the decode replica holds is not handed over again', async () => {
    const { decode, its } = parts()
    const body = chat('streamed', { stream: true })
    const first = await its.ask('/v1/chat/completions', body)
    expect(first.body.toString()).toContain('data: [DONE]')
    const before = await settled(decode)
    expect((await its.ask('/v1/chat/completions', body)).status).toBe(200)
    expect(await settled(decode)).toBe(before)
    expect(await its.metrics()).toMatch(/disaggregation_requests_total\{model="tiny",reason="short_prompt"\} 1/)
  })

  it('tell by their events who holds a prompt: one that the gateway has not sent is not handed over', async () => {
    const { decode, its } = parts()
    const body = chat('told by events')
    const exact = async () => (await its.load()).exact[0]
    await until(
      async () => (await exact())?.state === 'on',
      () => 'prompts are looked up',
      60_000,
    )
    const decodeBatches = async () => (await exact())?.replicas.find(({ id }) => id.includes('decode'))?.batches ?? 0
    const before = await decodeBatches()
    await askDirectly(decode, '/v1/chat/completions', body)
    await until(
      async () => (await decodeBatches()) > before,
      () => 'events have come',
      60_000,
    )
    const transferredBefore = await settled(decode)
    const answer = await its.ask('/v1/chat/completions', body)
    expect(textOf(answer.body.toString()).usage.prompt_tokens_details?.cached_tokens).toBeGreaterThan(32)
    expect(await settled(decode)).toBe(transferredBefore)
  })

  it('are left at once by a client that leaves', async () => {
    const { prefill, decode, its } = parts()
    const leaving = new AbortController()
    const body = chat('leaving', { stream: true, max_tokens: 400 })
    const answer = await fetch(`${its.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: leaving.signal,
    })
    expect((await answer.body?.getReader().read())?.done).toBe(false)
    leaving.abort()
    await untilIdle(its)
    await until(
      async () =>
        (await metricOf(prefill, 'vllm:num_requests_running')) +
          (await metricOf(decode, 'vllm:num_requests_running')) ===
        0,
      () => 'nothing runs',
      20_000,
    )
  })

  it('answer when the one that prefills is gone: the other one does it', async () => {
    const { prefill, its } = parts()
    if (prefill.process.pid !== undefined) process.kill(-prefill.process.pid, 'SIGKILL')
    const answer = await its.ask('/v1/chat/completions', chat('alone'))
    expect([answer.status, textOf(answer.body.toString()).usage.completion_tokens]).toEqual([200, 16])
  })
})
