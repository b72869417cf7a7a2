/**
 * NOT Envoy: a stand-in for tests that does what the rendered configuration beside llm-d's picker has Envoy do: answer that it
 * is ready, take headers off, ask the picker over external processing, and send a request where the picker's header says.
 *
 * What it does otherwise: answers do not pass the picker; a connection for each request; no limits, no statistics, HTTP/1.1
 * alone.
 */
import { readFileSync } from 'node:fs'
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { parseArgs } from 'node:util'
import { PickerConnection } from './ask-picker.ts'
import { readSettings, type ProxyListener } from './proxy-settings.ts'

const text = { type: 'string' } as const
// A flag that is not here is an error, as with Envoy itself.
const { values } = parseArgs({
  options: {
    'log-level': text,
    'drain-strategy': text,
    'drain-time-s': text,
    config: { type: 'string', short: 'c' },
  },
})

/** Headers of one connection, which go no further (RFC 9110, 7.6.1). */
const ofConnection = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'content-length',
])

async function pass(
  { removed, destinationHeader = '' }: ProxyListener,
  picker: PickerConnection,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const ended = new AbortController()
  response.on('close', () => ended.abort())
  const given = Object.entries(request.headers).flatMap(([name, value]) =>
    value === undefined || removed.includes(name) || ofConnection.has(name) ? [] : [[name, String(value)] as const],
  )
  const pseudo = { ':method': request.method ?? '', ':path': request.url ?? '' }
  const decision = await picker.decide(request, new Map([...Object.entries(pseudo), ...given]), ended.signal)
  if ('status' in decision) {
    response.writeHead(decision.status).end(decision.body)
    return
  }
  const [host, port] = (decision.set.get(destinationHeader) ?? '').split(':')
  const headers = { ...Object.fromEntries([...given, ...decision.set]), 'content-length': decision.body.length }
  const path = request.url ?? '/'
  const onward = ask({ host, port, path, method: request.method, headers, agent: false, signal: ended.signal })
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    response.flushHeaders()
    answer.on('error', () => response.destroy())
    answer.pipe(response)
  })
  onward.on('error', () => refuse(response, 503, 'upstream connect error or disconnect/reset before headers'))
  onward.end(decision.body)
}

/** As long as nothing of an answer is on its way; else the answer breaks off. */
function refuse(response: ServerResponse, status: number, why: string): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(status).end(why)
}

for (const listener of readSettings(readFileSync(values.config ?? '', 'utf8'))) {
  const { port, readyPath, processor } = listener
  const picker = processor === undefined ? undefined : new PickerConnection(processor)
  const server = createServer((request, response) => {
    if (request.url === readyPath) response.writeHead(200).end()
    else if (picker === undefined) response.writeHead(404).end()
    else pass(listener, picker, request, response).catch(() => refuse(response, 500, 'external processing failed'))
  })
  server.listen(port)
}
process.stdout.write('proxy listens\n')
process.on('SIGTERM', () => process.exit(0))
