import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { runCli } from '../testing/run-in-process.ts'
import { event, piece, startChatServer, type Answerer, type TestChatServer } from '../testing/chat-server.ts'
import { describeTiming } from './timing.ts'
import { normaliseUrl } from './server.ts'
import { readChatLine } from './slash-command.ts'
import { readEventData } from './server-sent-events.ts'

let server: TestChatServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

const start = async (answer: Answerer, models = ['small', 'large']) => (server = await startChatServer(models, answer))

const hello: Answerer = (response) => {
  response.write(piece('Hel') + piece('lo'))
  response.write(event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }))
  response.end('data: [DONE]\n\n')
}

/** Resolves once `check` holds. */
async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** Types each text once the screen shows what it waits for since the text before. */
async function type(script: readonly (readonly [shown: string, typed: string])[], url: string) {
  const stdin = new PassThrough()
  const waiting = [...script]
  let seen = ''
  const onOutput = (text: string) => {
    seen += text
    const next = waiting[0]
    if (next === undefined || !seen.includes(next[0])) return
    waiting.shift()
    seen = ''
    setImmediate(() => stdin.write(next[1]))
  }
  const result = await runCli(['chat', '--url', url], { stdin, isTerminal: true, env: { NO_COLOR: '1' }, onOutput })
  return { ...result, left: waiting.length }
}

describe('a piped chat', () => {
  it('puts the answer alone on standard output, so that it can be piped on', async () => {
    const { url, requests } = await start(hello)
    const { code, stdout, stderr } = await runCli(['chat', '--url', url, '--system', 'Be brief.'], { stdin: 'hi\n' })
    expect(code).toBe(0)
    expect(stdout).toBe('Hello\n')
    expect(stderr).toMatch(/^TTFT \d.*2 tokens\n$/)
    expect(requests[0]).toMatchObject({
      model: 'small',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
    })
  })

  it('takes the model that is named, and lists the others when there is none of that name', async () => {
    const { url, requests } = await start(hello)
    await runCli(['chat', 'large', '--url', url], { stdin: 'hi' })
    expect(requests[0]?.model).toBe('large')
    const { code, stderr } = await runCli(['chat', 'huge', '--url', url], { stdin: 'hi' })
    expect(code).toBe(1)
    expect(stderr).toContain('It serves small, large.')
  })

  it('sends the key from the environment', async () => {
    const { url, keys } = await start(hello)
    await runCli(['chat', '--url', url], { stdin: 'hi', env: { FAIRLEAD_API_KEY: 'secret' } })
    expect(keys).toEqual(['Bearer secret', 'Bearer secret'])
  })

  it('shows the message of a refusal', async () => {
    const { url } = await start((response) => {
      response.statusCode = 400
      response.end(JSON.stringify({ error: { message: 'the prompt is too long', type: 'invalid_request_error' } }))
    })
    const { code, stderr } = await runCli(['chat', '--url', url], { stdin: 'hi' })
    expect(code).toBe(1)
    expect(stderr).toContain('error: the prompt is too long')
  })

  it('fails when the answer breaks off with an error in the stream', async () => {
    const { url } = await start((response) => {
      response.end(piece('Hel') + event({ error: { message: 'the engine died', code: 'upstream_died' } }))
    })
    const { code, stdout, stderr } = await runCli(['chat', '--url', url], { stdin: 'hi' })
    expect([code, stdout]).toEqual([1, 'Hel\n'])
    expect(stderr).toContain('the engine died')
  })

  it('says that nothing listens there', async () => {
    const { url } = await start(hello)
    await server?.close()
    server = undefined
    const { code, stderr } = await runCli(['chat', '--url', url], { stdin: 'hi' })
    expect(code).toBe(1)
    expect(stderr).toContain('error: Nothing listens at 127.0.0.1:')
  })

  it('stops with the program, and the server notices', async () => {
    const { url } = await start((response) => void response.write(piece('Hel')))
    const controller = new AbortController()
    const { code } = await runCli(['chat', '--url', url], {
      stdin: 'hi',
      signal: controller.signal,
      onOutput: () => controller.abort({ kind: 'stop', cause: 'SIGINT' }),
    })
    expect(code).toBe(130)
    await until(() => server?.aborted() === 1)
  })
})

describe('a chat on a terminal', () => {
  it('goes on with the conversation until /exit', async () => {
    const { url, requests } = await start(hello)
    const { code, stdout, left } = await type(
      [
        ['> ', 'one\r'],
        ['Hello', 'two\r'],
        ['Hello', '/exit\r'],
      ],
      url,
    )
    expect([code, left]).toEqual([0, 0])
    expect(stdout).toContain('Hello\n')
    expect(requests[1]?.messages.map(({ content }) => content)).toEqual(['one', 'Hello', 'two'])
  })

  it('stops the answer and not the program at Ctrl-C, and leaves at two of them', async () => {
    const { url, requests } = await start(async (response, { model }) => {
      if (requests.length > 1) return hello(response, { model })
      response.write(piece('endless'))
    })
    const ctrlC = '\u0003'
    const { code, left } = await type(
      [
        ['> ', 'one\r'],
        ['endless', ctrlC],
        ['> ', 'two\r'],
        ['Hello\n', ctrlC],
        ['> ', ctrlC],
      ],
      url,
    )
    expect([code, left]).toEqual([0, 0])
    expect(server?.aborted()).toBe(1)
    expect(requests[1]?.messages.map(({ content }) => content)).toEqual(['one', 'endless', 'two'])
  })

  it('changes the model and forgets at a word', async () => {
    const { url, requests } = await start(hello)
    const { left } = await type(
      [
        ['> ', 'one\r'],
        ['Hello', '/model large\r'],
        ['> ', '/clear\r'],
        ['> ', 'two\r'],
        ['Hello', '/exit\r'],
      ],
      url,
    )
    expect(left).toBe(0)
    expect(requests[1]).toMatchObject({ model: 'large', messages: [{ role: 'user', content: 'two' }] })
  })

  it('tells an error and goes on', async () => {
    let count = 0
    const { url } = await start((response, request) => {
      count += 1
      if (count > 1) return hello(response, request)
      response.statusCode = 503
      response.end('{"error":{"message":"no replica is ready"}}')
    })
    const { stderr, left } = await type(
      [
        ['> ', 'one\r'],
        ['> ', 'two\r'],
        ['Hello', '/exit\r'],
      ],
      url,
    )
    expect(stderr).toContain('no replica is ready')
    expect(left).toBe(0)
  })
})

describe('server-sent events', () => {
  const text = ': comment\r\ndata: {"a":"ü"}\r\n\r\ndata:one\ndata: two\n\nevent: x\rdata: last\r\r'

  it('are the same however the bytes are cut', async () => {
    const bytes = Buffer.from(text)
    for (let size = 1; size <= bytes.length; size += 1) {
      const read: string[] = []
      const pieces = (async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
      })()
      for await (const data of readEventData(pieces)) read.push(data)
      expect(read).toEqual(['{"a":"ü"}', 'one\ntwo', 'last'])
    }
  })
})

describe('small parts of a chat', () => {
  it.each([
    ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://0.0.0.0:8080/', 'http://127.0.0.1:8080'],
    ['http://[::]:8080', 'http://[::1]:8080'],
    ['https://llm.example.org/team/v1/', 'https://llm.example.org/team'],
  ])('normalises the URL %s', (given, url) => expect(normaliseUrl(given)).toBe(url))

  it('counts tokens a second after the first token', () => {
    const timing = { askedAtMs: 0, firstPieceAtMs: 200, lastPieceAtMs: 1_200, pieces: 40 }
    expect(describeTiming({ ...timing, completionTokens: 51 })).toBe('TTFT 200 ms, 50.0 tokens/s, 51 tokens')
    expect(describeTiming(timing)).toBe('TTFT 200 ms, about 39.0 tokens/s, about 40 tokens')
    expect(describeTiming({ ...timing, lastPieceAtMs: 200, pieces: 1, completionTokens: 1 })).toBe(
      'TTFT 200 ms, 1 token',
    )
  })

  it.each([
    ['  ', { kind: 'nothing' }],
    ['hi there ', { kind: 'say', text: 'hi there' }],
    ['//exit', { kind: 'say', text: '/exit' }],
    ['/exit', { kind: 'exit' }],
    ['/model', { kind: 'model' }],
    ['/model x', { kind: 'model', name: 'x' }],
    ['/nope', { kind: 'unknown', word: '/nope' }],
  ])('reads the line %j', (line, request) => expect(readChatLine(line)).toEqual(request))
})
