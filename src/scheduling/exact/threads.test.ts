import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import type { KvEvent } from '../../engines/index.ts'
import { ExactKnowledge, ExactKnowledgeWriter } from './index.ts'
import type { ReaderThreadData } from './testing/reader-thread.ts'
import { layTokenBytes } from './vocabulary/index.ts'

const vocabulary = layTokenBytes(new Map(Array.from({ length: 256 }, (_, token) => [token, Buffer.from(` w${token}`)])))
const blockSize = 4
const blocks = 32

function storedChain(chain: number, count: number, from = 0): KvEvent {
  const names = Array.from({ length: count }, (_, block) => BigInt(chain * 1000 + from + block + 1))
  const parentBlockHash = from === 0 ? null : BigInt(chain * 1000 + from)
  const tokenIds = Array.from({ length: count * blockSize }, (_, at) => (chain * 7 + from * blockSize + at) % 256)
  const none = { loraId: null, loraName: null, medium: 'GPU', extraKeys: null, group: 0, specKind: null }
  return { kind: 'stored', blockHashes: names, parentBlockHash, tokenIds, blockSize, ...none }
}

const removed = (chain: number, block: number): KvEvent => ({
  kind: 'removed',
  blockHashes: [BigInt(chain * 1000 + block + 1)],
  medium: 'GPU',
  group: 0,
})

describe('another thread', () => {
  it('sees what the writer wrote, whole, while the writer goes on: it never reads half a change', async () => {
    const writer = new ExactKnowledgeWriter({ nodes: 512, lanes: 32 }, [3, 4])
    const prompt = Buffer.from(Array.from({ length: blocks * blockSize + 1 }, (_, at) => ` w${at % 256}`).join(''))
    writer.apply(0, 0, [storedChain(0, blocks)], vocabulary)
    const control = new SharedArrayBuffer(8)
    const signals = new Int32Array(control)
    const thread = new Worker(new URL('testing/reader-thread.ts', import.meta.url), {
      workerData: { memory: writer.memory, control, prompt, replicas: 4 } satisfies ReaderThreadData,
    })
    const said = once(thread, 'message') as Promise<[{ seen: number[][]; last: number[] }]>
    let held = 0
    // Until the reader has looked many times, however the machine shares its cores out.
    for (let round = 0; round < 4000 || Atomics.load(signals, 1) < 2000; round += 1) {
      // Replica 1 grows and shrinks along the same chain; replica 2 is restarted; replica 3 churns other chains, whose
      // nodes and sets take the places of those that were freed.
      if (held < blocks && round % 64 < 40) {
        writer.apply(1, 0, [storedChain(0, 1, held)], vocabulary)
        held += 1
      } else if (held > 0) {
        held -= 1
        writer.apply(1, 0, [removed(0, held)], vocabulary)
      }
      if (round % 50 === 0) {
        writer.clear(2, 0)
        writer.apply(2, 0, [storedChain(0, 16)], vocabulary)
      }
      const chain = 1 + (round % 5)
      writer.apply(3, 0, [storedChain(chain, 8)], vocabulary)
      for (let block = 7; block >= 0; block -= 1) writer.apply(3, 0, [removed(chain, block)], vocabulary)
      if (round % 256 === 0) await setImmediate()
    }
    Atomics.store(signals, 0, 1)
    const [{ seen, last }] = await said
    await thread.terminate()

    const here = new Int32Array(4)
    new ExactKnowledge(writer.memory).heldTokens(prompt, here)
    expect(last).toEqual([...here])
    expect(last).toEqual([blocks * blockSize, held * blockSize, 16 * blockSize, 0])
    const wholeBlocks = new Set(Array.from({ length: blocks + 1 }, (_, count) => count * blockSize))
    expect(seen.flat().filter((tokens) => !wholeBlocks.has(tokens))).toEqual([])
    expect(seen[0]).toContain(blocks * blockSize)
    expect(Math.max(...(seen[2] ?? []))).toBe(16 * blockSize)
    expect(seen[3]).toEqual([0])
  }, 60_000)
})
