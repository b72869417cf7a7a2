/**
 * What one long chat costs the gateway where replicas are chosen by what they were sent, from its body to its replica (row
 * Q3): `node bench/approximate-prompt.ts [TOKENS [REPLICAS]]`.
 */
import { inspectBody } from '../src/gateway/data-plane/inspect-body.ts'
import { JsonQuestion } from '../src/gateway/data-plane/json-question.ts'
import { PolicyRouter, type RoutedRequest } from '../src/gateway/data-plane/policy-router.ts'
import { bytesPerToken } from '../src/gateway/data-plane/replica-handle.ts'
import { handleAt } from '../src/gateway/testing/handle-at.ts'
import { plainSettings } from '../src/scheduling/testing/states.ts'
import { TimedSteps } from './timed-steps.ts'

const tokens = Number(process.argv[2] ?? 100_000)
const replicaCount = Number(process.argv[3] ?? 1_000)
/** Asked by turns, so that the processor's caches do not hold all that is looked at. */
const chats = 64
const messages = 40
/** A Fleet's `routing.prefix.blocks` where it says nothing. */
const indexBlocks = 1_000_000

const replicas = Array.from({ length: replicaCount }, (_, number) => {
  const handle = handleAt(number, () => {
    throw new Error('nothing is sent')
  })
  handle.isReady = true
  return handle
})
const router = new PolicyRouter('m', 'auto', plainSettings, indexBlocks)

const roleOf = (turn: number) => (turn % 2 === 0 ? 'user' : 'assistant')

/** The first messages of a chat, as a client sends them. */
function bodyOf(chat: number, count: number): Buffer {
  const contentBytes = Math.floor((tokens * bytesPerToken) / messages)
  const contentOf = (turn: number) => Buffer.alloc(contentBytes, `chat ${chat}, turn ${turn}, word by word `).toString()
  const all = Array.from({ length: count }, (_, turn) => ({ role: roleOf(turn), content: contentOf(turn) }))
  return Buffer.from(JSON.stringify({ model: 'm', messages: all }))
}

const read = (bytes: Buffer) => new JsonQuestion({ bytes, memory: null }, inspectBody(bytes), '/v1/chat/completions')

function hash(question: JsonQuestion): RoutedRequest {
  const { prompt } = question
  return {
    blocks: router.prefixes?.read(question) ?? null,
    exact: null,
    adapter: null,
    prefixHash: 0,
    promptBytes: prompt === null ? 0 : prompt.end - prompt.start,
    session: null,
    expectedOutputTokens: 300,
    isExcluded: () => false,
  }
}

// Each replica holds the first messages of a chat, some more and some fewer of them.
for (const [number, replica] of replicas.entries()) {
  router.sent(replicas, hash(read(bodyOf(number % chats, 1 + (number % messages)))), replica, 0)
}

const bodies = Array.from({ length: chats }, (_, chat) => bodyOf(chat, messages))
const steps = new TimedSteps(100)
for (let round = 0; round < 400; round += 1) {
  const body = bodies[round % chats] ?? Buffer.alloc(0)
  const question = steps.time('read the body', () => read(body))
  const asked = steps.time('hash', () => hash(question))
  const choice = steps.time('match and pick', () => router.choose(replicas, asked))
  if (choice === null) throw new Error('no replica was chosen')
  steps.time('note', () => router.sent(replicas, asked, choice.replica, choice.heldBlocks))
}

process.stdout.write(
  `${tokens} tokens, ${bodies[0]?.length} bytes, ${messages} messages, ${replicaCount} replicas, medians of 300\n`,
)
for (const [step, us] of steps.medians) process.stdout.write(`  ${step.padEnd(16)}${us.toFixed(1).padStart(8)} µs\n`)
