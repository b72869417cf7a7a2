import { createServer, type Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { askedService, askHealth, healthAnswer, healthPath, notFound } from './health.ts'
import { CallFailure, serveMethods, type Method } from './serve.ts'
import { bytesOf, fieldsOf, message, numberOf } from './wire.ts'

let server: Http2Server | undefined
afterEach(() => server?.close())
const withinMs = 30_000

async function serve(health: Method): Promise<number> {
  const started = createServer().on('stream', serveMethods({ [healthPath]: health }))
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return (started.address() as AddressInfo).port
}

it('messages are the bytes that the format says', () => {
  // protobuf.dev/programming-guides/encoding: `150` as field 1, `testing` as field 2.
  const bytes = Buffer.from('089601120774657374696e67', 'hex')
  expect(message([1, 150], [2, 'testing'])).toEqual(bytes)
  const fields = fieldsOf(bytes)
  expect([numberOf(fields, 1), bytesOf(fields, 2).toString(), numberOf(fields, 3)]).toEqual([150, 'testing', 0])
  expect(() => fieldsOf(bytes.subarray(0, 8))).toThrow(RangeError)
})

// What a kubelet makes of each would else be ready although nothing serves, or never.
it('a gRPC probe passes where the service serves, and says what is wrong where not', async () => {
  const port = await serve(async function* (asked) {
    for await (const question of asked) {
      const service = askedService(question)
      if (service === 'other') throw new CallFailure(notFound, 'no such service')
      yield healthAnswer(service === 'picker')
    }
  })
  expect(await askHealth('127.0.0.1', port, 'picker', withinMs)).toBeUndefined()
  expect(await askHealth('127.0.0.1', port, '', withinMs)).toContain('NOT_SERVING')
  expect(await askHealth('127.0.0.1', port, 'other', withinMs)).toContain('does not know service "other"')
  server?.close()
  expect(await askHealth('127.0.0.1', 1, 'picker', withinMs)).toContain('failed to connect')
})

it('a gRPC probe ends after its time where nobody answers', async () => {
  const port = await serve(async function* (_, ended) {
    await new Promise((resolve) => ended.addEventListener('abort', resolve))
    yield healthAnswer(true)
  })
  expect(await askHealth('127.0.0.1', port, 'picker', 100)).toContain('did not complete within 0.1s')
})
