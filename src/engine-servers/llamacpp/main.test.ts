import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { llamacppEngine } from '../../engines/llamacpp/index.ts'
import { provideRealEngine, realArguments, type RealEngine } from './testing/real-engine.ts'

const minutes = 60_000
let engine: RealEngine
let folder: string
const children: ChildProcess[] = []

beforeAll(async () => {
  engine = await provideRealEngine()
  folder = await mkdtemp(join(tmpdir(), 'fairlead-llamacpp-'))
}, 10 * minutes)
afterAll(() => rm(folder, { recursive: true, force: true }))
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

interface ServerProcess {
  readonly child: ChildProcess
  readonly url: string
  readonly errors: () => string
  readonly exitCode: Promise<number | null>
}

async function start(args: readonly string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  children.push(child)
  let errors = ''
  child.stderr?.on('data', (piece: Buffer) => {
    errors += piece.toString()
  })
  const exitCode = Promise.all([once(child, 'exit'), once(child.stderr ?? child, 'close')]).then(
    ([[code]]) => code as number | null,
  )
  const listening = once(child, 'message').then(([message]) => (message as { port: number }).port)
  const port = await Promise.race([listening, exitCode.then(() => 0)])
  return { child, url: `http://127.0.0.1:${port}`, errors: () => errors, exitCode }
}

async function startReady(further: readonly string[] = []): Promise<ServerProcess> {
  const port = ['--port', '0', '--ctx-size', '1024', '--parallel', '2', '--metrics', '--jinja']
  const server = await start(realArguments(engine, [...port, ...further]))
  const isReady = async () => (await fetch(`${server.url}/health`)).status === 200
  await vi.waitUntil(isReady, { timeout: 3 * minutes, interval: 50 })
  return server
}

async function chat(url: string, fields: Record<string, unknown>, signal?: AbortSignal): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'smollm2',
      messages: [{ role: 'user', content: 'What is the capital of France?' }],
      temperature: 0,
      max_tokens: 8,
      ...fields,
    }),
    ...(signal !== undefined && { signal }),
  })
}

const load = async (url: string) => llamacppEngine.parseLoad(await (await fetch(`${url}/metrics`)).text())

describe('the process of our llama.cpp server', { timeout: 5 * minutes }, () => {
  it('answers over HTTP, whole and in a stream, and its metrics are those that the engine reads', async () => {
    const { url } = await startReady()
    const whole = (await (await chat(url, {})).json()) as {
      model: string
      choices: { message: { content: string } }[]
      usage: Record<string, number>
    }
    expect(whole.model).toBe('smollm2')
    expect(whole.choices[0]?.message.content).toMatch(/^L'Étoile, la Mar/)
    expect(whole.usage).toMatchObject({ prompt_tokens: 37, completion_tokens: 8 })
    const streamed = await (await chat(url, { model: 'standard', stream: true })).text()
    const events = streamed.split('\n\n').filter((event) => event.startsWith('data: {'))
    const text = events
      .map((event) => JSON.parse(event.slice(6)) as { choices: { delta: { content?: string } }[] })
      .map(({ choices }) => choices[0]?.delta.content ?? '')
      .join('')
    expect(text).toBe(whole.choices[0]?.message.content)
    expect(streamed).toMatch(/data: \[DONE\]\n\n$/)
    expect(await load(url)).toEqual({ running: 0, waiting: 0, kvCacheUsage: 0, promptTokens: 74, generatedTokens: 16 })
  })

  it('frees the sequence of a client that hangs up', async () => {
    const { url } = await startReady()
    const client = new AbortController()
    const response = await chat(url, { stream: true, max_tokens: 400, ignore_eos: true }, client.signal)
    const reader = response.body?.getReader()
    await reader?.read()
    expect(await load(url)).toMatchObject({ running: 1 })
    client.abort()
    await vi.waitUntil(async () => (await load(url)).running === 0, { timeout: minutes, interval: 20 })
    expect((await load(url)).generatedTokens).toBeLessThan(400)
  })

  it('lets a running answer finish at SIGTERM, then exits 0', async () => {
    const { url, child, exitCode } = await startReady()
    const response = await chat(url, { stream: true, max_tokens: 30, ignore_eos: true })
    child.kill('SIGTERM')
    expect(await response.text()).toMatch(/"finish_reason":"length".*data: \[DONE\]\n\n$/s)
    expect(await exitCode).toBe(0)
  })

  it('ends when its parent is gone, so that no engine is left behind', async () => {
    const { child, exitCode } = await startReady()
    child.disconnect()
    expect(await exitCode).not.toBe(0)
  })

  it('ends with the reason when the model file is broken', async () => {
    const broken = join(folder, 'broken.gguf')
    await copyFile(engine.modelPath, broken)
    await truncate(broken, 20_000_000)
    const { errors, exitCode } = await start(realArguments({ ...engine, modelPath: broken }, ['--port', '0']))
    expect(await exitCode).toBe(1)
    expect(errors()).toContain(`the model ${broken} cannot be loaded`)
  })

  it('ends with the usage code and what to do for a flag that only llama-server has', async () => {
    const { errors, exitCode } = await start(realArguments(engine, ['--mlock']))
    expect(await exitCode).toBe(64)
    expect(errors()).toMatch(/--mlock[\s\S]*llama-server. is on PATH/)
  })
})
