import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { BodyMemory } from '../body-memory.ts'
import { sendTogether } from './send-together.ts'
import { connected } from './testing/connected.ts'

const bodyBytes = 4_000_000

/** Sends bodies until the kernel takes no more. */
function fill(near: Socket, after: string): BodyMemory[] {
  const sent: BodyMemory[] = []
  while (near.writableLength < 2 * bodyBytes) {
    const memory = new BodyMemory(bodyBytes)
    memory.bytes.fill(65 + sent.length)
    sent.push(memory)
    sendTogether(near, 'head', memory.bytes.subarray(0, bodyBytes), after, memory)
  }
  return sent
}

const isHeld = (memory: BodyMemory) => memory.bytes.length > 0

// proves C2 (real part)
describe('the memory of a body that is sent', () => {
  it.each(['tail', ''])('is kept while the kernel has not taken all of it, and let go then (%j)', async (after) => {
    const { near, far } = await connected()
    const sent = fill(near, after)
    const sentBytes = 4 + bodyBytes + after.length
    await new Promise((resolve) => setImmediate(resolve))
    expect(sent.slice(-2).every(isHeld)).toBe(true)
    const mine = new Set(sent.filter(isHeld).map(({ bytes }) => bytes.buffer))
    expect(mine.has(new BodyMemory(bodyBytes).bytes.buffer)).toBe(false)
    let seen = 0
    let strangers = 0
    const ended = Promise.withResolvers<void>()
    const total = sent.length * sentBytes
    far.on('data', (piece: Buffer) => {
      for (let at = 0; at < piece.length; at += 997) {
        const body = Math.floor((seen + at) / sentBytes)
        const within = (seen + at) % sentBytes
        if (within >= 4 && within < bodyBytes + 4 && piece[at] !== 65 + body) strangers += 1
      }
      seen += piece.length
      // Whatever was let go is written over at once.
      new BodyMemory(bodyBytes).bytes.fill(0)
      if (seen === total) ended.resolve()
    })
    far.resume()
    await ended.promise
    expect(strangers).toBe(0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(sent.some(isHeld)).toBe(false)
  })

  it('is let go when the connection breaks, once', async () => {
    const { near } = await connected()
    const sent = fill(near, '')
    const closed = new Promise((resolve) => near.on('close', resolve))
    near.destroy()
    await closed
    await new Promise((resolve) => setImmediate(resolve))
    expect(sent.some(isHeld)).toBe(false)
  })

  it('is let go at once where a small body is copied', async () => {
    const { near } = await connected()
    const memory = new BodyMemory(10_000)
    sendTogether(near, 'head', memory.bytes.subarray(0, 10_000), '', memory)
    expect(isHeld(memory)).toBe(false)
  })
})

// proves C2 (real part)
describe('bytes that are lent', () => {
  it('arrive as they were, whatever is written over them after the call and however slowly they are read', async () => {
    const { near, far } = await connected()
    const lent = Buffer.alloc(40_000)
    const sent = createHash('sha256')
    let sentBytes = 0
    for (let turn = 0; near.writableLength < bodyBytes; turn += 1) {
      // Sizes on both sides of what is put together in one place, and of what a reader leaves behind.
      const body = lent.subarray(0, 1 + ((turn * 7_919) % lent.length)).fill(turn)
      const before = `${body.length.toString(16)}\r\n`
      sent.update(before).update(body).update('\r\n')
      sentBytes += before.length + body.length + 2
      sendTogether(near, before, body, '\r\n', 'lent')
    }
    lent.fill(0)
    const received = createHash('sha256')
    let receivedBytes = 0
    for await (const piece of far as AsyncIterable<Buffer>) {
      received.update(piece)
      receivedBytes += piece.length
      if (receivedBytes === sentBytes) break
    }
    expect(received.digest('hex')).toBe(sent.digest('hex'))
  })
})
