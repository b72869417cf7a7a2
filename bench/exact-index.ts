/**
 * What the exact prefix index costs: blocks a second, one core, by step. `node bench/exact-index.ts [BLOCKS]`.
 */
import { ExactKnowledge, ExactKnowledgeWriter } from '../src/scheduling/exact/index.ts'
import { hashRange } from '../src/scheduling/exact/range-hash.ts'
import { layTokenBytes, writeTokenBytes } from '../src/scheduling/exact/vocabulary/token-bytes.ts'
import { storedEvent } from '../src/engines/vllm/kv-events/testing/stored-event.ts'

const blocks = Number(process.argv[2] ?? 500_000)
const blockSize = 16
const chainBlocks = 500
const replicas = 16
const chains = Math.floor(blocks / chainBlocks)
const vocabulary = layTokenBytes(
  new Map(Array.from({ length: 32_768 }, (_, token) => [token, Buffer.from(` ${token.toString(36)}x`)])),
)

/** Chains that share their first half in groups of four, as conversations share system prompts. */
function tokensOf(chain: number): number[] {
  let state = 0
  return Array.from({ length: chainBlocks * blockSize }, (_, at) => {
    const seed = at < (chainBlocks * blockSize) / 2 ? chain >> 2 : chain
    if (at === 0 || at === (chainBlocks * blockSize) / 2) state = Math.imul(seed + 1, 0x9e3779b1)
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return (state >>> 8) % 32_768
  })
}

const namesOf = (chain: number): bigint[] =>
  Array.from({ length: chainBlocks }, (_, block) => {
    const owner = block < chainBlocks / 2 ? chain >> 2 : chain
    return BigInt.asUintN(64, BigInt(owner * chainBlocks + block + 1) * 0x9e3779b97f4a7c15n)
  })

const stored = (chain: number) => storedEvent(tokensOf(chain), namesOf(chain), blockSize)

function report(what: string, milliseconds: number, count: number, unit = 'blocks'): void {
  const rate = count / milliseconds / 1000
  process.stdout.write(
    `${what.padEnd(58)}${milliseconds.toFixed(1).padStart(9)} ms ${rate.toFixed(2).padStart(8)} M ${unit}/s\n`,
  )
}

/** CPU time, not wall time: others may be at work on the machine. */
function timed(act: () => void): number {
  const before = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const events = Array.from({ length: chains }, (_, chain) => stored(chain))
const prompts = events.slice(0, Math.min(200, chains)).map((event) => {
  const into = Buffer.alloc(1 << 17)
  const tokens = event.tokenIds ?? []
  return into.subarray(
    0,
    writeTokenBytes(vocabulary, tokens, 0, tokens.length, new DataView(into.buffer, into.byteOffset, into.length)) + 1,
  )
})

// One writer for all rounds: the first pays for memory that the system gives page by page.
const writer = new ExactKnowledgeWriter({ nodes: 1_000_000, lanes: 64 }, [1, 2])
for (let round = 0; round < 4; round += 1) {
  const insert = timed(() => {
    for (const [chain, event] of events.entries()) writer.apply(chain % replicas, 0, [event], vocabulary)
  })
  const reader = new ExactKnowledge(writer.memory)
  const held = new Int32Array(replicas)
  let matched = 0
  const match = timed(() => {
    for (let turn = 0; turn < 5; turn += 1) {
      for (const prompt of prompts) {
        reader.heldTokens(prompt, held)
        matched += Math.max(...held) / blockSize
      }
    }
  })
  const detokenise = timed(() => {
    const into = new DataView(new ArrayBuffer(1 << 12))
    for (const event of events) {
      const tokens = event.tokenIds ?? []
      for (let at = 0; at < tokens.length; at += blockSize)
        writeTokenBytes(vocabulary, tokens, at, at + blockSize, into)
    }
  })
  const averageBytes = Math.floor(((prompts[0]?.length ?? 0) - 1) / chainBlocks)
  const hash = timed(() => {
    const from = new DataView(new ArrayBuffer(1 << 12))
    for (let block = 0; block < chains * chainBlocks; block += 1) hashRange(from, block & 1023, averageBytes, 0, 1, 2)
  })
  const remove = timed(() => {
    for (const [chain, event] of events.entries()) {
      const blockHashes = event.blockHashes.toReversed()
      writer.apply(chain % replicas, 0, [{ kind: 'removed', blockHashes, medium: 'GPU', group: 0 }], vocabulary)
    }
  })
  process.stdout.write(
    `round ${round + 1}: ${chains * chainBlocks} blocks of ${blockSize} tokens, ${replicas} replicas\n`,
  )
  report('  store (detokenise, hash, insert)', insert, chains * chainBlocks)
  report('    of it: tokens to bytes', detokenise, chains * chainBlocks)
  report('    of it: hash', hash, chains * chainBlocks)
  report('    of it: insert', insert - detokenise - hash, chains * chainBlocks)
  report('  match (hash, walk, all replicas)', match, matched)
  report('  remove', remove, chains * chainBlocks)
}
