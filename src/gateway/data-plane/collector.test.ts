import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'

const source = new URL('collector.ts', import.meta.url).href
/** Has the collector found anew again and again, as threads do that start at one moment. */
const program = `
  const { parentPort } = require('node:worker_threads')
  const look = async () => {
    const missing = []
    for (let turn = 0; turn < 60; turn += 1) {
      const { collector } = await import('${source}?turn=' + turn)
      try {
        if (!String(collector()).includes('native code')) missing.push('none')
      } catch (error) {
        missing.push(String(error))
      }
    }
    parentPort.postMessage(missing)
  }
  look()
`

describe('V8’s collector', () => {
  it('is found by threads that start at one moment: none of them fails to start', async () => {
    const threads = Array.from({ length: 4 }, () => new Worker(program, { eval: true }))
    const missing = threads.map((thread) => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      thread.once('message', resolve)
      thread.once('error', reject)
      return promise
    })
    expect(await Promise.all(missing)).toEqual([[], [], [], []])
    await Promise.all(threads.map((thread) => thread.terminate()))
  })
})
