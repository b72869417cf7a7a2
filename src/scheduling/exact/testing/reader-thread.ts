/** A thread that looks prompts up again and again while the writer is at work in another. */
import { parentPort, workerData } from 'node:worker_threads'
import { ExactKnowledge, type ExactIndexMemory } from '../index.ts'

/** What the thread is started with. */
export interface ReaderThreadData {
  readonly memory: ExactIndexMemory
  /** 1 when it should stop; its number of look-ups behind it. */
  readonly control: SharedArrayBuffer
  readonly prompt: Uint8Array
  readonly replicas: number
}

const { memory, control, prompt, replicas } = workerData as ReaderThreadData
const signals = new Int32Array(control)
const knowledge = new ExactKnowledge(memory)
const held = new Int32Array(replicas)
const seen = Array.from({ length: replicas }, () => new Set<number>())

while (Atomics.load(signals, 0) === 0) {
  knowledge.heldTokens(prompt, held)
  for (const [replica, tokens] of held.entries()) seen[replica]?.add(tokens)
  Atomics.add(signals, 1, 1)
}
knowledge.heldTokens(prompt, held)
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage({ seen: seen.map((each) => [...each].toSorted((a, b) => a - b)), last: [...held] })
