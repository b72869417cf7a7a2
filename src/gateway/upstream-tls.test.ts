import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import { startTestGateway, until, untilReady, type TestGateway } from './testing/harness.ts'
import { selfSigned } from './testing/self-signed.ts'

const chat = '/v1/chat/completions'
const body = '{"model":"m","messages":[]}'

let folder: string
const cleanUps: (() => unknown)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-upstream-tls-'))
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
  await rm(folder, { recursive: true, force: true })
})

/** An engine over TLS that takes only clients with one of these certificates, and counts those that it has met. */
async function secureEngine(clients: readonly string[]) {
  const own = selfSigned()
  const seen: string[] = []
  const server = createServer({ ...own, requestCert: true, ca: [...clients] }, (request, response) => {
    seen.push((request.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? '')
    request.resume()
    response.end('{"ok":true}')
  })
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  cleanUps.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `https://127.0.0.1:${port}`, cert: own.cert, seen }
}

/** What `selfSigned` names every certificate. */
const serverName = 'picker'
const files = { caFile: 'ca.pem', certFile: 'client.pem', keyFile: 'client.key', serverName }
const write = (name: string, text: string) => writeFile(join(folder, name), text)
async function writeAll(ca: string, { cert, key }: { readonly cert: string; readonly key: string }): Promise<void> {
  await Promise.all([write('ca.pem', ca), write('client.pem', cert), write('client.key', key)])
}
const fleet = (url: string, upstreamTls: object) => ({
  models: [{ name: 'm', engine: 'external', addresses: [url], upstreamTls }],
  gateway: { health: { interval: '100ms' } },
})
async function start(url: string, upstreamTls: object, workers = 1): Promise<TestGateway> {
  const content = fleet(url, upstreamTls)
  const fleetFile = join(folder, 'fleet.yaml')
  await writeFile(fleetFile, JSON.stringify({ name: 'test', ...content }))
  const gateway = await startTestGateway(content, { fleetFile, workers })
  cleanUps.push(() => gateway.close())
  return gateway
}
async function problemOf(upstreamTls: object): Promise<UserError['parts']> {
  const error: unknown = await start('https://127.0.0.1:9', upstreamTls).catch((caught: unknown) => caught)
  if (error instanceof UserError) return error.parts
  throw new Error('expected a UserError')
}

describe('TLS towards an engine', () => {
  // proves C1 (simulated)
  it.each([1, 2])('trusts the Fleet’s authority and shows our certificate, with %i thread(s)', async (workers) => {
    const client = selfSigned()
    const engine = await secureEngine([client.cert])
    await writeAll(engine.cert, client)
    const gateway = await start(engine.url, files, workers)
    await untilReady(gateway, 1)
    const { status, body: answer } = await gateway.ask(chat, body)
    expect([status, answer.toString()]).toEqual([200, '{"ok":true}'])
    expect(engine.seen).not.toContain('')
  })

  it.each([
    ['an authority that has not signed its certificate', { caFile: 'client.pem', serverName }, /SIGNATURE|CERT/],
    ['the system’s authorities', { serverName }, /SELF_SIGNED|SIGNATURE|CERT/],
    ['another name', { ...files, serverName: 'elsewhere' }, /ALTNAME/],
    ['no certificate of ours', { caFile: 'ca.pem', serverName }, /SSL|RESET|SOCKET|CERT/],
  ])('keeps to itself what would go by %s', async (_what, upstreamTls, problem) => {
    const client = selfSigned()
    const engine = await secureEngine([client.cert])
    await writeAll(engine.cert, client)
    const gateway = await start(engine.url, upstreamTls)
    await until('its probe has failed', async () => (await gateway.load()).replicas[0]?.lastError !== null)
    expect((await gateway.load()).replicas[0]?.lastError).toMatch(problem)
    expect((await gateway.ask(chat, body)).status).toBe(503)
    expect(engine.seen).toEqual([])
  })

  it('takes new certificates from its files while it runs', async () => {
    const [before, after] = [selfSigned(), selfSigned()]
    const engine = await secureEngine([after.cert])
    await writeAll(engine.cert, before)
    const gateway = await start(engine.url, files)
    await until('its probe has failed', async () => (await gateway.load()).replicas[0]?.lastError !== null)
    // Between the two writes certificate and key do not fit, and nothing changes.
    await writeAll(engine.cert, after)
    await untilReady(gateway, 1)
    expect((await gateway.ask(chat, body)).status).toBe(200)
    expect(JSON.stringify(gateway.log)).not.toContain('PRIVATE KEY')
  })

  it.each([
    ['no such file', { caFile: 'absent.pem' }, 'absent.pem'],
    ['no certificate in it', { caFile: 'empty.pem' }, 'models[0].upstreamTls'],
    ['a key of another certificate', files, 'models[0].upstreamTls'],
  ])('says at the start what is wrong: %s', async (_what, upstreamTls, named) => {
    await writeAll(selfSigned().cert, { cert: selfSigned().cert, key: selfSigned().key })
    await write('empty.pem', 'nothing\n')
    const { what, mend } = await problemOf(upstreamTls)
    expect(what).toContain(named)
    expect(mend).not.toBe('')
  })
})
