import { createServer } from 'node:http'
import { createSecureServer } from 'node:http2'
import { connect, type AddressInfo, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { selfSigned } from '../../gateway/testing/self-signed.ts'
import { HttpClient } from './http-client.ts'
import { defaultDownloadSettings } from './settings.ts'

/** A hub that speaks HTTP/2 with whoever offers it, and answers with the version that it was asked in. */
const hub = createSecureServer({ ...selfSigned(), allowHTTP1: true }, (request, response) => {
  response.end(request.httpVersion)
})
const tunnels: string[] = []
const proxy = createServer().on('connect', ({ url = '' }, client) => {
  tunnels.push(url)
  const server = connect(portOf(hub), '127.0.0.1', () => {
    client.write('HTTP/1.1 200 OK\r\n\r\n')
    client.pipe(server).pipe(client)
  })
})

const portOf = (server: Server) => (server.address() as AddressInfo).port
const listening = (server: Server) => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))

describe('a download from a server that speaks HTTP/2', () => {
  beforeEach(async () => {
    // The hub's certificate is its own.
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    tunnels.length = 0
    await Promise.all([listening(hub), listening(proxy)])
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    hub.close()
    proxy.close()
  })

  it.each(['straight', 'through a proxy'])('has connections of HTTP/1.1, %s', async (way) => {
    const environment = way === 'straight' ? {} : { https_proxy: `http://127.0.0.1:${portOf(proxy)}` }
    const client = new HttpClient(environment, defaultDownloadSettings)
    const url = new URL(`https://127.0.0.1:${portOf(hub)}/`)
    const { body } = await client.ask({ method: 'GET', url, signal: AbortSignal.timeout(10_000) })
    expect(await body.text()).toBe('1.1')
    expect(tunnels).toEqual(way === 'straight' ? [] : [url.host])
    await client.close()
  })
})
