import { Agent, request as httpRequest } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { baseUrl } from '../../../discovery/index.ts'
import { startTestGateway, untilIdle, untilReady } from '../../testing/harness.ts'
import { eachRequest, startRawEngine } from './testing/raw-engine.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'

/** How an engine takes leave of a kept connection just as the next request comes on it. */
const farewells = ['reset', 'end', 'end before it is used'] as const

describe('an engine that closes each kept connection exactly when it is used', () => {
  // proves C7 (simulated)
  it.each(farewells)('costs no request and has none answered twice: %s', async (farewell) => {
    let answered = 0
    const engine = await startRawEngine((socket) => {
      let served = 0
      eachRequest(socket, (request) => {
        if (request.startsWith('GET ')) {
          socket.write(answer)
          return
        }
        if (served > 0) {
          if (farewell === 'reset') socket.resetAndDestroy()
          else socket.end()
          return
        }
        served += 1
        answered += 1
        socket.write(answer)
        // The answer and the end reach the gateway in one turn of its loop, or the end comes between two requests.
        if (farewell === 'end before it is used') setImmediate(() => socket.end())
      })
    })
    cleanUps.push(() => engine.close())
    const gateway = await startTestGateway({
      gateway: { health: { interval: '1h' }, retry: { attempts: 2 } },
      models: [{ name: 'm', engine: 'external', addresses: [baseUrl(engine.address)] }],
    })
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, 1)
    const agent = new Agent({ keepAlive: true })
    cleanUps.push(() => agent.destroy())
    const status = () =>
      new Promise<number>((resolve, reject) => {
        const request = httpRequest(`${gateway.url}/v1/chat/completions`, { agent, method: 'POST' }, (response) => {
          response.resume()
          response.on('end', () => resolve(response.statusCode ?? 0))
        })
        request.on('error', reject)
        request.end('{"model":"m"}')
      })
    const statuses: number[] = []
    const clients = Array.from({ length: 16 }, async () => {
      for (let count = 0; count < 40; count += 1) statuses.push(await status())
    })
    await Promise.all(clients)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(answered).toBe(640)
    await untilIdle(gateway)
  })
})
