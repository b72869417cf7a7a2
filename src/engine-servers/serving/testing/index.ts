/**
 * Means of testing the HTTP surface: a simulated server in this process, recordings of vLLM, a reader of event streams.
 */
export { startSimulated, type SimulatedServer } from './start-simulated.ts'
export { readEvents, splitEvents } from './read-events.ts'
export { vllmRecordings, type Recording } from './vllm-recordings.ts'
