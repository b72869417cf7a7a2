import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A small OpenAI-compatible server whose answers a test writes. */
export interface TestChatServer {
  readonly url: string
  /** Bodies of the chat requests so far. */
  readonly requests: { readonly model: string; readonly messages: readonly { role: string; content: string }[] }[]
  /** Authorization headers of all requests so far. */
  readonly keys: (string | undefined)[]
  /** Chat requests whose connection was closed before their end. */
  aborted(): number
  close(): Promise<void>
}

/** Writes one answer; the connection stays open until it ends it. */
export type Answerer = (response: ServerResponse, request: { readonly model: string }) => void | Promise<void>

/** One server-sent event. */
export const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

/** One piece of a streamed answer. */
export const piece = (content: string): string => event({ choices: [{ index: 0, delta: { content } }] })

async function readJson(request: IncomingMessage): Promise<TestChatServer['requests'][number]> {
  let text = ''
  for await (const part of request) text += String(part)
  return JSON.parse(text)
}

/** Starts the server on a free port of the loopback. */
export async function startChatServer(models: readonly string[], answer: Answerer): Promise<TestChatServer> {
  const requests: TestChatServer['requests'] = []
  const keys: (string | undefined)[] = []
  let abortedCount = 0
  const server = createServer((request, response) => {
    keys.push(request.headers.authorization)
    if (request.url === '/v1/models') {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ object: 'list', data: models.map((id) => ({ id, object: 'model' })) }))
      return
    }
    response.on('close', () => {
      if (!response.writableEnded) abortedCount += 1
    })
    void readJson(request).then((body) => {
      requests.push(body)
      return answer(response, body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    keys,
    aborted: () => abortedCount,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
