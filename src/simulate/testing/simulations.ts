import type { EngineShape, Simulation, StepCost, WorkloadRequest } from '../contract.ts'

/** A request with nothing special. */
export function requestOf(request: Partial<WorkloadRequest>): WorkloadRequest {
  return {
    atMs: 0,
    after: -1,
    promptTokens: 64,
    outputTokens: 4,
    blocks: [],
    session: null,
    tenant: 'lab',
    priority: 0,
    ...request,
  }
}

/** A small engine: 256 blocks of 16 tokens, 128 tokens a step. */
export function engineWith(step: Partial<StepCost> = {}): EngineShape {
  return {
    title: 'a small engine',
    kvCapacityTokens: 4096,
    kvBlockTokens: 16,
    maxSequences: 16,
    maxBatchedTokens: 128,
    step: {
      baseMs: 1,
      msPerToken: 0.1,
      msPerAttentionPair: 0.0001,
      weightsMs: 4,
      msPerContextToken: 0.001,
      assumptions: [],
      ...step,
    },
    kvBytesPerToken: 1000,
    pricePerHour: 3.6,
  }
}

/** A simulation of requests, whose prompts are made of units of 64 tokens. */
export function simulationOf(requests: readonly WorkloadRequest[], rest: Partial<Simulation> = {}): Simulation {
  return {
    workload: { name: 'test', blockTokens: 64, requests },
    engine: engineWith(),
    replicas: 1,
    prefillReplicas: 0,
    transferBitsPerSecond: 1e9,
    policy: 'round-robin',
    seed: 1,
    rate: 1,
    slo: { ttftMs: 100, tpotMs: 10 },
    ...rest,
  }
}

/** Requests of one size without a common word, as many at once all the time as `concurrency` says, on one replica. */
export function closedLoop(
  engine: EngineShape,
  size: Pick<WorkloadRequest, 'promptTokens' | 'outputTokens'> & {
    readonly concurrency: number
    readonly rounds: number
  },
): Simulation {
  const { concurrency, rounds, promptTokens, outputTokens } = size
  const units = Math.ceil(promptTokens / 64)
  const requests = Array.from({ length: concurrency * rounds }, (_, place) =>
    requestOf({
      after: Math.max(-1, place - concurrency),
      // Started apart from each other: nobody's load comes in step.
      atMs: place < concurrency ? (place * 100) / concurrency : 0,
      promptTokens,
      outputTokens,
      blocks: Array.from({ length: units }, (__, unit) => place * units + unit),
    }),
  )
  return simulationOf(requests, { engine })
}
