import { request as httpRequest } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { startTestGateway, untilIdle, untilReady } from './testing/harness.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

/** Numbers from 0 up to 1 that are the same in every run. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'

/**
 * An engine that treats bodies badly: answers before it has read them, breaks off in the middle, or reads late. It looks
 * at every byte that it gets.
 */
async function badEngine(random: () => number, mixed: string[]): Promise<{ readonly url: string }> {
  const serve = (socket: Socket): void => {
    cleanUps.push(() => socket.destroy())
    socket.on('error', () => {})
    let head = ''
    let left = 0
    let letter = 0
    let mood = 0
    socket.on('data', (bytes: Buffer) => {
      let at = 0
      while (at < bytes.length) {
        if (left === 0) {
          head += bytes.toString('latin1', at)
          const end = head.indexOf('\r\n\r\n')
          if (end < 0) return
          at = bytes.length - (head.length - end - 4)
          left = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
          const isProbe = head.startsWith('GET')
          head = ''
          letter = 0
          mood = isProbe ? 1 : random()
          if (isProbe || mood < 0.15) socket.write(answer)
          continue
        }
        const piece = bytes.subarray(at, at + left)
        for (const byte of piece) {
          // Letters are content, everything else is JSON around it.
          if (byte < 65 || byte > 90) continue
          if (letter === 0) letter = byte
          if (byte !== letter) mixed.push(`${String.fromCharCode(byte)} in ${String.fromCharCode(letter)}`)
        }
        at += piece.length
        left -= piece.length
        if (mood > 0.15 && mood < 0.3 && random() < 0.2) {
          socket.resetAndDestroy()
          return
        }
        if (mood > 0.3 && mood < 0.5) {
          socket.pause()
          setTimeout(() => socket.resume(), 20)
        }
        if (left === 0 && mood >= 0.15) socket.write(answer)
      }
    })
  }
  const server = createServer(serve)
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  cleanUps.push(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

// proves C2 (real part)
describe('the memory of bodies, which is used again', () => {
  it('never shows one client’s words to another’s engine, whatever engines and clients do', async () => {
    const random = sequence(7)
    const mixed: string[] = []
    const engines = [await badEngine(random, mixed), await badEngine(random, mixed), await badEngine(random, mixed)]
    const gateway = await startTestGateway({
      gateway: { health: { interval: '100ms' } },
      models: [
        {
          name: 'm',
          engine: 'external',
          addresses: engines.map(({ url }) => url),
          retry: { attempts: 3, hedgeAfter: '10ms', budget: { share: 1, perSecond: 1000 } },
        },
      ],
    })
    cleanUps.push(() => gateway.close())
    await untilReady(gateway, engines.length)
    const statuses = new Map<number, number>()
    const askOne = (index: number): Promise<void> => {
      const letter = String.fromCharCode(65 + (index % 26))
      const sizes = [20_000, 100_000, 400_000, 3_900_000]
      const body = `{"model":"m","messages":[{"role":"user","content":"${letter.repeat(sizes[index % 4] ?? 0)}"}]}`
      const done = Promise.withResolvers<void>()
      const request = httpRequest(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': body.length },
      })
      request.on('response', (response) => {
        statuses.set(response.statusCode ?? 0, (statuses.get(response.statusCode ?? 0) ?? 0) + 1)
        response.resume()
        response.on('close', done.resolve)
      })
      request.on('error', () => done.resolve())
      request.end(body)
      if (index % 5 === 0) setTimeout(() => request.destroy(), 1 + 20 * random())
      return done.promise
    }
    let next = 0
    const work = async (): Promise<void> => {
      while (next < 120) await askOne(next++)
    }
    await Promise.all(Array.from({ length: 12 }, work))
    expect(mixed).toEqual([])
    expect(statuses.get(200)).toBeGreaterThan(60)
    expect(statuses.get(500)).toBeUndefined()
    await untilIdle(gateway)
  }, 60_000)
})
