import type { PolicyKind } from '../../src/scheduling/index.ts'
import { replay, type ReplayResult } from '../../src/scheduling/testing/replay.ts'
import type { Workload } from '../../src/simulate/index.ts'
import { engine, replicas } from './usual-setting.ts'

/** Blocks of the trace (512 tokens each) that a replica holds: 495 fit an L40S beside Llama 3.1 8B in fp8. */
export const cacheSizes = [200, 400, 495, 1_000, 4_000] as const

/** Between two tokens of an answer: the median of `default` in the simulation at the recorded rate. */
const msPerOutputToken = 19.4

/**
 * Hits and spread where a replica holds so many blocks. It is replayed and not simulated: the engine's model refuses
 * prompts that are larger than a cache, and what is asked here is what choices do to caches. Answers take no room in
 * these, and a prompt is in its cache as soon as it is sent.
 */
export const replayWith = (
  { requests, blockTokens }: Workload,
  kind: PolicyKind,
  blocksPerReplica: number,
): ReplayResult =>
  replay(requests, {
    kind,
    replicas,
    blocksPerReplica,
    blockTokens,
    rate: 1,
    seed: 1,
    msPerPrefillToken: engine.step.msPerToken,
    msPerOutputToken,
  })
