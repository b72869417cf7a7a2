import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parsePrometheusText } from '../../src/engines/prometheus-text.ts'
import type { LoadReport } from '../../src/observe/report/index.ts'
import { getJson } from '../harness/fleet.ts'
import { until } from '../harness/until.ts'
import { freePort } from '../../src/gateway/testing/free-port.ts'
import { openWorld, type World } from '../harness/world.ts'
import { missing, processorEnvironment, tinyModel, vllmFolder } from './harness/real-vllm.ts'

beforeEach((context) => {
  if (vllmFolder === undefined) context.skip(missing)
})

const chat = (url: string, stream: boolean) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'standard',
      messages: [{ role: 'user', content: 'Hello' }],
      max_tokens: 6,
      ignore_eos: true,
      stream,
    }),
  })

interface Message {
  readonly role: string
  readonly content: string
}

/** Asks for an answer that can be asked again. */
async function ask(url: string, path: string, fields: object): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ model: 'tiny', max_tokens: 24, temperature: 0, ignore_eos: true, ...fields })
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body })
  expect([path, answer.status]).toEqual([path, 200])
  return await answer.text()
}

/** The text of an answer to a chat. */
async function answerTo(url: string, messages: readonly Message[]): Promise<string> {
  const answer = JSON.parse(await ask(url, '/v1/chat/completions', { messages })) as {
    choices: { message: { content: string } }[]
  }
  return answer.choices[0]?.message.content ?? ''
}

const samplesOf = async (adminUrl: string) => parsePrometheusText(await (await fetch(`${adminUrl}/metrics`)).text())

/** How many predictions were right to the block, and how many there were. */
async function exactlyRight(adminUrl: string): Promise<{ right: number; all: number }> {
  const samples = await samplesOf(adminUrl)
  const name = 'fairlead_scheduler_prediction_error_blocks'
  const right = samples.find((sample) => sample.name === `${name}_bucket` && sample.labels['le'] === '0')?.value ?? 0
  return { right, all: samples.find((sample) => sample.name === `${name}_count`)?.value ?? 0 }
}

/** What the gateway counted, by reason. */
async function countsOf(adminUrl: string, metric: string): Promise<Readonly<Record<string, number>>> {
  const samples = await samplesOf(adminUrl)
  const own = samples.filter(({ name }) => name === metric)
  return Object.fromEntries(own.map(({ labels, value }) => [labels['reason'] ?? '', value]))
}

describe('`fairlead up` with the vllm that is on PATH', () => {
  let world: World | undefined
  let url = ''
  let adminUrl = ''
  beforeAll(async () => {
    if (vllmFolder === undefined) return
    world = await openWorld({ cache: 'empty' })
    const file = await world.write(
      'fleet.yaml',
      JSON.stringify({
        name: 'real-vllm',
        models: [
          {
            name: 'tiny',
            engine: 'vllm',
            source: `file://${tinyModel()}`,
            aliases: ['standard'],
            context: 2048,
            maxSequences: 8,
            replicas: 2,
            kvCache: { blockSize: 32 },
            routing: { policy: 'prefixExact' },
            startupBudget: '9m',
            engineArgs: ['--enforce-eager'],
          },
        ],
      }),
    )
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    adminUrl = `http://127.0.0.1:${port + 1}`
    const path = [join(vllmFolder, 'bin'), processorEnvironment['PATH']].join(delimiter)
    const program = join(import.meta.dirname, '..', '..', 'bin', 'fairlead.js')
    const started = world.start(process.execPath, [program, 'up', file, '--port', String(port)], {
      environment: { ...processorEnvironment, HOME: world.environment['HOME'], PATH: path },
    })
    await until(
      async () => {
        if (started.child.exitCode !== null) throw new Error(`fairlead up ended:\n${started.output()}`)
        return (await getJson<{ status: string }>(`${url}/health`))?.body.status === 'ok'
      },
      () => `the Fleet is healthy; it said:\n${started.output()}`,
      580_000,
    )
  })
  afterAll(() => world?.close())

  // proves B1, B6, C1 (real part)
  it('starts it, finds it ready and answers a chat through the gateway, streamed too', async () => {
    const whole = (await (await chat(url, false)).json()) as { usage: { completion_tokens: number } }
    expect(whole.usage.completion_tokens).toBe(6)
    expect(await (await chat(url, true)).text()).toMatch(/^data: \{.*\n\ndata: \[DONE\]\n\n$/s)
  })

  // proves C4 (real part)
  it('routes by what the engines say that they hold, and is right about it, repeated and extended prompts alike', async () => {
    const load = async () => (await getJson<LoadReport>(`${adminUrl}/admin/v1/load`))?.body
    const exact = async () => (await load())?.exact[0]
    await until(
      async () => (await exact())?.state === 'on',
      () => 'it routes by events',
      60_000,
    )
    const replicas = (await load())?.replicas ?? []
    expect(replicas).toHaveLength(2)
    const families = ['tide', 'harbour', 'meadow', 'ridge']
    const questions = families.map((family) => [
      { role: 'user', content: `Of the ${family}. ${'Tell more. '.repeat(50)}` },
    ])
    // Past the gateway: it knows of these from events alone.
    const before = (await exact())?.blocks ?? 0
    for (const [index, messages] of questions.entries()) await answerTo(replicas[index % 2]?.address ?? '', messages)
    await until(
      async () => ((await exact())?.blocks ?? 0) >= before + 60,
      () => 'events have come',
      30_000,
    )
    // Prompts that repeat and extend them: as many tokens are cached as was predicted, to the block.
    for (const messages of questions) {
      await answerTo(url, messages)
      await answerTo(url, [{ role: 'user', content: `${messages[0]?.content} ${'And on. '.repeat(40)}` }])
    }
    expect(await exactlyRight(adminUrl)).toEqual({ right: 8, all: 8 })
    const requests = async () => ((await load())?.replicas ?? []).map((replica) => replica.requests)
    for (const [index, messages] of questions.entries()) {
      const [first = 0, second = 0] = await requests()
      const said = await answerTo(url, messages)
      const further = [...messages, { role: 'assistant', content: said }, { role: 'user', content: 'And then?' }]
      await answerTo(url, further)
      // The conversation goes on in other dialects, which the engine turns into chats itself.
      for (const stream of [false, true]) {
        await ask(url, '/v1/messages', { messages: further, stream })
        await ask(url, '/v1/responses', { input: further, stream })
      }
      const [firstAfter = 0, secondAfter = 0] = await requests()
      expect([firstAfter - first, secondAfter - second]).toEqual(index % 2 === 0 ? [6, 0] : [0, 6])
    }
    expect(await countsOf(adminUrl, 'fairlead_scheduler_exact_requests_total')).toEqual({ '': 32 })
    expect(await countsOf(adminUrl, 'fairlead_scheduler_predictions_total')).toEqual({ '': 32 })
  })
})
