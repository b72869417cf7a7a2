import type { Socket } from 'node:net'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { isDue, roomFor, writeAtTurnEnd, writeDue } from './due-writes.ts'
import { connected } from './testing/connected.ts'

function say(near: Socket, words: string): void {
  const room = roomFor(near, words.length)
  room.write(words, 'latin1')
  writeAtTurnEnd(near, room)
}

/** Reads so many characters, no matter in how many pieces they come. */
async function hear(far: Socket, characters: number): Promise<string> {
  let heard = ''
  for await (const piece of far.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    heard += piece.toString('latin1')
    if (heard.length >= characters) break
  }
  return heard
}

// proves C2, Q1 (real part)
describe('what is written at the end of a turn', () => {
  it('has not left before, and has afterwards, in order, to each socket its own', async () => {
    const one = await connected()
    const other = await connected()
    await endOfTurn()
    for (const word of ['a', 'b', 'c']) {
      say(one.near, `one ${word} `)
      say(other.near, `other ${word} `)
    }
    expect([one.near.bytesWritten, other.near.bytesWritten]).toEqual([0, 0])
    expect([isDue(one.near), isDue(other.near)]).toEqual([true, true])
    await endOfTurn()
    expect([one.near.bytesWritten, other.near.bytesWritten]).toEqual([18, 24])
    expect([isDue(one.near), isDue(other.near)]).toEqual([false, false])
    expect(await hear(one.far, 18)).toBe('one a one b one c ')
    expect(await hear(other.far, 24)).toBe('other a other b other c ')
  })

  it('leaves earlier where there is much of it, by count and by bytes', async () => {
    const { near, far } = await connected()
    await endOfTurn()
    for (let count = 1; count <= 15; count += 1) say(near, 'x')
    expect(near.bytesWritten).toBe(0)
    say(near, 'x')
    expect(near.bytesWritten).toBe(16)
    writeAtTurnEnd(near, Buffer.alloc(256 * 1024 - 1, 'y'))
    expect(near.bytesWritten).toBe(16)
    say(near, 'z')
    expect(near.bytesWritten).toBe(16 + 256 * 1024)
    expect(await hear(far, 16 + 256 * 1024)).toBe(`${'x'.repeat(16)}${'y'.repeat(256 * 1024 - 1)}z`)
  })

  it('leaves before a socket that was written to is closed', async () => {
    const { near, far } = await connected()
    say(near, 'last words')
    writeDue()
    near.destroySoon()
    expect(await hear(far, 10)).toBe('last words')
  })

  it('is told as done once, also where the socket is gone', async () => {
    const gone = await connected()
    const there = await connected()
    const told: string[] = []
    writeAtTurnEnd(gone.near, Buffer.from('gone'), () => told.push('gone'))
    writeAtTurnEnd(there.near, Buffer.from('there'), () => told.push('there'))
    gone.near.destroy()
    expect(await hear(there.far, 5)).toBe('there')
    await endOfTurn()
    expect(told.toSorted()).toEqual(['gone', 'there'])
  })

  it('does not lose its place to later turns while a reader is slow', async () => {
    const slow = await connected()
    const quick = await connected()
    await endOfTurn()
    let expected = ''
    for (let turn = 0; slow.near.writableLength === 0; turn += 1) {
      const words = String.fromCharCode(65 + (turn % 26)).repeat(19_000)
      expected += words
      say(slow.near, words)
      await endOfTurn()
    }
    // Would be written over what the slow socket still holds, were it in the same place.
    for (let turn = 0; turn < 3; turn += 1) {
      say(quick.near, '-'.repeat(19_000))
      await endOfTurn()
    }
    const heard = await hear(slow.far, expected.length)
    expect(heard === expected).toBe(true)
  })
})
