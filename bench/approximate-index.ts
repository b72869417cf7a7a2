/**
 * What the scheduler costs a prompt where replicas are chosen by what they were sent (row Q3):
 * `node bench/approximate-index.ts [TOKENS [REPLICAS]]`.
 */
import {
  blockBytes,
  blocksOf,
  emptyBlockHashes,
  hashBlocks,
  policyNamed,
  PrefixIndex,
} from '../src/scheduling/index.ts'
import { choosingAt, plainSettings, replicaState, requestShape } from '../src/scheduling/testing/states.ts'
import { TimedSteps } from './timed-steps.ts'

const promptTokens = Number(process.argv[2] ?? 32_000)
const replicaCount = Number(process.argv[3] ?? 1_000)
/** As the gateway takes it of English text. */
const bytesPerToken = 4
const blockTokens = blockBytes / bytesPerToken
/** Asked by turns, so that the processor's caches do not hold all that is looked at. */
const prompts = Array.from({ length: 64 }, (_, chat) =>
  Buffer.alloc(promptTokens * bytesPerToken, `chat ${chat}, word by word `),
)
/** Replicas hold of their prompt one part in so many, two, and so on. */
const parts = 40

const index = new PrefixIndex({ replicas: replicaCount, blocksPerReplica: 1_000 })
const hashes = emptyBlockHashes()
for (let replica = 0; replica < replicaCount; replica += 1) {
  const prompt = prompts[replica % prompts.length] ?? Buffer.alloc(0)
  const held = Math.floor((prompt.length * (1 + (replica % parts))) / parts)
  index.add(hashBlocks(prompt, 0, held, 1, hashes), replica)
}

const replicas = Array.from({ length: replicaCount }, (_, place) =>
  replicaState(`replica-${place}`, { inFlight: place % 7, inFlightTokens: (place * 7_919) % 9_000 }),
)
const kind = policyNamed('default')
if (kind === undefined) throw new Error('there is no default policy')
const policy = kind.create(plainSettings)
const held = new Int32Array(replicaCount)
const shape = requestShape([], { promptTokens, heldTokens: held })
const steps = new TimedSteps(100)
for (let round = 0; round < 400; round += 1) {
  const prompt = prompts[round % prompts.length] ?? Buffer.alloc(0)
  steps.time('hash', () => hashBlocks(prompt, 0, prompt.length, 1, hashes))
  steps.time('match', () => {
    index.match(hashes, held)
    for (let place = 0; place < replicaCount; place += 1) held[place] = blocksOf(held[place] ?? 0) * blockTokens
  })
  const decision = steps.time('pick', () => policy.choose(shape, replicas, choosingAt(round)))
  if (decision.kind !== 'replica') throw new Error('no replica was chosen')
}

process.stdout.write(`${promptTokens} tokens, ${replicaCount} replicas, medians of 300\n`)
for (const [step, us] of steps.medians) process.stdout.write(`  ${step.padEnd(8)}${us.toFixed(1).padStart(8)} µs\n`)
