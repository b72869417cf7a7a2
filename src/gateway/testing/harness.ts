import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { connect, type Socket } from 'node:net'
import { loadFleet } from '../../fleet/index.ts'
import { createLogger } from '../../observe/index.ts'
import { loadReportSchema, type LoadReport } from '../../observe/report/index.ts'
import { runGateway, type GatewayOptions, type RunningGateway } from '../run-gateway.ts'

/** An answer, whole. */
export interface WholeAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Whether the connection broke before the answer was complete. */
  readonly isBroken: boolean
}

/** A gateway under test. */
export interface TestGateway extends RunningGateway {
  readonly url: string
  /** Lines of its log, parsed. */
  readonly log: Record<string, unknown>[]
  ask(path: string, body?: string | Buffer, options?: RequestOptions): Promise<WholeAnswer>
  load(): Promise<LoadReport>
  metrics(): Promise<string>
}

/** Sends one request on a connection of its own and reads the whole answer. */
export function ask(url: string, body?: string | Buffer, options: RequestOptions = {}): Promise<WholeAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<WholeAnswer>()
  const method = body === undefined ? 'GET' : 'POST'
  const isChunked = options.headers !== undefined && 'transfer-encoding' in options.headers
  const length = body === undefined || isChunked ? {} : { 'content-length': Buffer.byteLength(body) }
  const headers = body === undefined ? {} : { 'content-type': 'application/json', ...length }
  const request = httpRequest(url, { agent: false, method, ...options, headers: { ...headers, ...options.headers } })
  request.on('response', (response) => {
    const pieces: Buffer[] = []
    const finish = (isBroken: boolean) =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces), isBroken })
    response.on('data', (piece: Buffer) => pieces.push(piece))
    response.on('end', () => finish(false))
    response.on('error', () => finish(true))
  })
  request.on('error', reject)
  request.end(body)
  return promise
}

/** Opens a raw connection for requests that no client library would send. */
export async function rawConnection(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('connect', resolve)
  socket.once('error', reject)
  await promise
  socket.off('error', reject)
  socket.on('error', () => {})
  return socket
}

/** Sends raw bytes and reads until the other side closes. */
export async function exchangeRaw(port: number, bytes: string): Promise<string> {
  const socket = await rawConnection(port)
  const pieces: Buffer[] = []
  socket.on('data', (piece) => pieces.push(piece))
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.on('close', () => resolve())
  socket.write(bytes)
  await promise
  return Buffer.concat(pieces).toString()
}

/** Starts a gateway on free ports; `fleet` is what a Fleet file would say, its name left out. */
export async function startTestGateway(
  fleet: { readonly models: readonly object[]; readonly [section: string]: unknown },
  options: Partial<GatewayOptions> = {},
): Promise<TestGateway> {
  const loaded = loadFleet(JSON.stringify({ name: 'test', ...fleet }), { file: 'test.yaml' })
  if (loaded.fleet === undefined)
    throw new Error(`the Fleet of this test is broken: ${JSON.stringify(loaded.diagnostics)}`)
  const log: Record<string, unknown>[] = []
  const write = (lines: string): void => {
    for (const line of lines.trimEnd().split('\n')) log.push(JSON.parse(line) as Record<string, unknown>)
  }
  const destination = { write }
  const gateway = await runGateway({
    fleet: loaded.fleet,
    environment: {},
    listen: { port: 0 },
    logger: createLogger({ destination, level: 'debug' }),
    ...(process.env['TEST_WORKERS'] === undefined ? {} : { workers: Number(process.env['TEST_WORKERS']) }),
    ...options,
  })
  const url = `http://127.0.0.1:${gateway.address.port}`
  const adminUrl = `http://127.0.0.1:${gateway.adminAddress.port}`
  return {
    ...gateway,
    url,
    log,
    ask: (path, body, requestOptions) => ask(url + path, body, requestOptions),
    load: async () => loadReportSchema.parse(JSON.parse((await ask(`${adminUrl}/admin/v1/load`)).body.toString())),
    metrics: async () => (await ask(`${adminUrl}/metrics`)).body.toString(),
  }
}

/** Waits until `condition` holds; fails with `what` after a generous time. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`)
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, 5)
    await promise
  }
}

/** Waits until `count` replicas are ready. */
export async function untilReady(gateway: TestGateway, count: number): Promise<void> {
  await until(`${count} replicas are ready`, async () => {
    const { replicas } = await gateway.load()
    return replicas.filter(({ ready }) => ready).length >= count
  })
}

/** Waits until no replica has a request in flight, a token of one, or a block of a prompt to compute. */
export async function untilIdle(gateway: TestGateway): Promise<void> {
  await until('every count of what is in flight is zero', async () =>
    (await gateway.load()).replicas.every(
      ({ inFlight, tokensInFlight, pendingPrefillTokens }) =>
        inFlight === 0 && tokensInFlight === 0 && pendingPrefillTokens === 0,
    ),
  )
}
