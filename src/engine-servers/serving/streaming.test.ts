import { connect } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Backend, GenerationResult } from './contract.ts'
import { startServer, type RunningServer } from './start-server.ts'
import { readEvents, splitEvents, startSimulated } from './testing/index.ts'

const running: RunningServer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

function keep<Server extends RunningServer>(server: Server): Server {
  running.push(server)
  return server
}

function chat(server: RunningServer, body: Record<string, unknown>, signal?: AbortSignal): Promise<Response> {
  return fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], stream: true, ...body }),
    ...(signal !== undefined && { signal }),
  })
}

/** A backend that generates as the test says. */
function scripted(generate: Backend['generate']): Backend {
  return {
    modelNames: ['scripted'],
    contextLength: 4096,
    state: () => 'ready',
    load: () => ({
      running: 0,
      waiting: 0,
      kvCacheUsage: 0,
      promptTokens: 0,
      cachedPromptTokens: 0,
      generatedTokens: 0,
    }),
    generate,
    embed: async () => ({ vectors: [], promptTokens: 0 }),
    tokenize: async () => [],
    detokenize: async () => '',
    close: async () => {},
  }
}

async function startScripted(generate: Backend['generate'], log: string[] = []): Promise<RunningServer> {
  return keep(
    await startServer({
      backend: scripted(generate),
      host: '127.0.0.1',
      port: 0,
      metricsStyle: 'llamacpp',
      version: 'test',
      log: (line) => log.push(line),
    }),
  )
}

const done: GenerationResult = { finishReason: 'stop', promptTokens: 1, completionTokens: 1, cachedTokens: 0 }

type Chunk = { choices: { index: number; delta: { content?: string }; finish_reason: string | null }[]; error?: object }

function textOf(events: readonly unknown[], choice = 0): string {
  return (events.filter((event) => event !== '[DONE]') as Chunk[])
    .flatMap(({ choices }) => choices)
    .filter(({ index }) => index === choice)
    .map(({ delta }) => delta.content ?? '')
    .join('')
}

describe('a stream', () => {
  it('brings the first token when it is there, not when the next one comes', async () => {
    let finish: (() => void) | undefined
    const server = await startScripted(async (_, onText) => {
      onText('first', 1)
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      return done
    })
    const reader = (await chat(server, {})).body?.getReader()
    const first = Buffer.from((await reader?.read())?.value ?? []).toString()
    expect(first).toContain('"content":"first"')
    finish?.()
    await reader?.cancel()
  })

  it('sends nothing before the first token, so that a gateway may still try another replica', async () => {
    const server = keep(await startSimulated({ hangEvery: 1 }))
    const socket = connect(server.port, '127.0.0.1')
    const received: Buffer[] = []
    socket.on('data', (data) => received.push(data))
    const body = '{"messages":[{"role":"user","content":"hi"}],"stream":true}'
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await vi.waitFor(() => expect(server.backend.load().running).toBe(1), 5000)
    expect(received).toEqual([])
    socket.destroy()
    await vi.waitFor(() => expect(server.backend.load().running).toBe(0), 5000)
  })

  it('for a client that does not read holds the answer once, merged, and loses nothing', async () => {
    const piece = 'x'.repeat(10_000)
    const pieces = 2000
    let generated = false
    const server = await startScripted(async (_, onText) => {
      for (let index = 0; index < pieces; index += 1) {
        onText(piece, 1)
        if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      generated = true
      return done
    })
    const response = await chat(server, {})
    await vi.waitFor(() => expect(generated).toBe(true), 10_000)
    const events = await readEvents(response)
    expect(textOf(events).length).toBe(piece.length * pieces)
    // A chunk a token while the client reads, then few large ones: the opening, the ending and [DONE] are among them.
    expect(events.length).toBeLessThan(pieces)
    expect(events.at(-1)).toBe('[DONE]')
  }, 30_000)

  it('interleaves its choices and ends each of them', async () => {
    const server = keep(await startSimulated())
    const events = await readEvents(await chat(server, { n: 3, seed: 1, max_tokens: 10 }))
    const texts = [0, 1, 2].map((choice) => textOf(events, choice))
    expect(new Set(texts).size).toBe(3)
    const endings = (events.slice(0, -1) as Chunk[]).flatMap(({ choices }) => choices.filter((c) => c.finish_reason))
    expect(endings.map(({ index }) => index).toSorted()).toEqual([0, 1, 2])
  })

  it('that breaks after it began tells so in an error event, without the fault’s inside', async () => {
    const log: string[] = []
    const server = await startScripted(async (_, onText) => {
      onText('begun', 1)
      throw new Error('secret detail')
    }, log)
    const events = await readEvents(await chat(server, {}))
    expect(textOf(events.slice(0, 2))).toBe('begun')
    expect(events.slice(2)).toEqual([
      { error: { message: 'Internal server error', type: 'InternalServerError', param: null, code: 500 } },
      '[DONE]',
    ])
    expect(log.join()).toContain('secret detail')
  })

  it('that fails before it began has a status of its own, and takes its other choices with it', async () => {
    const freed: (number | undefined)[] = []
    const server = await startScripted(async (request, _, signal) => {
      if (request.seed === 8) throw new Error('broken')
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          freed.push(request.seed)
          reject(signal.reason)
        }),
      )
    })
    const whole = await chat(server, { n: 2, seed: 7, stream: false })
    expect(whole.status).toBe(500)
    expect(freed).toEqual([7])
    expect(await whole.json()).toMatchObject({ error: { type: 'InternalServerError' } })
  })
})

describe('many clients', () => {
  it('50 streams at once through 8 places: none is lost, each gets its own whole answer', async () => {
    const server = keep(await startSimulated({ maxSequences: 8, ttft: 5 }))
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const messages = [{ role: 'user', content: `question ${index}` }]
        const streamed = await readEvents(await chat(server, { messages, max_tokens: 30, ignore_eos: true }))
        return { text: textOf(streamed), last: streamed.at(-1) }
      }),
    )
    expect(answers.map(({ last }) => last)).toEqual(Array.from({ length: 50 }, () => '[DONE]'))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(50)
    expect(server.backend.load()).toMatchObject({ running: 0, waiting: 0, kvCacheUsage: 0, generatedTokens: 50 * 30 })
    const again = await chat(server, {
      messages: [{ role: 'user', content: 'question 49' }],
      max_tokens: 30,
      ignore_eos: true,
      stream: false,
    })
    expect(await again.json()).toMatchObject({ choices: [{ message: { content: answers[49]?.text } }] })
  })

  it('that leave while they run or wait free their places for those who stay', async () => {
    const server = keep(await startSimulated({ maxSequences: 2, tokensPerSecond: 100 }))
    const controller = new AbortController()
    const leaving = Array.from({ length: 6 }, () =>
      chat(server, { max_tokens: 2000, ignore_eos: true }, controller.signal)
        .then((response) => response.text())
        .catch(() => 'left'),
    )
    await vi.waitFor(() => expect(server.backend.load()).toMatchObject({ running: 2, waiting: 4 }), 5000)
    const staying = chat(server, { max_tokens: 3 })
    await vi.waitFor(() => expect(server.backend.load().waiting).toBe(5), 5000)
    controller.abort()
    expect(splitEvents(await (await staying).text()).at(-1)).toBe('[DONE]')
    expect(await Promise.all(leaving)).toEqual(Array.from({ length: 6 }, () => 'left'))
    await vi.waitFor(() => expect(server.backend.load()).toMatchObject({ running: 0, waiting: 0 }), 5000)
  })
})
