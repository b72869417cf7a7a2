import { simulate, type EngineShape, type StepCost, type WorkloadRequest } from '../../src/simulate/index.ts'
import type { Load } from './loads.ts'

/** What is predicted or measured of a load, milliseconds. */
export interface LoadFigures {
  readonly ttftMs: { readonly p50: number; readonly p99: number }
  readonly tpotMs: { readonly p50: number; readonly p99: number }
}

/** The engine of `real-engine.ts`, but for how long its steps take. */
export interface EngineLimits {
  readonly maxSequences: number
  readonly maxBatchedTokens: number
  readonly maxPromptTokensBeside: number
  readonly kvCapacityTokens: number
}

const blockTokens = 16

/** What the simulator says of a load on such an engine. */
export function predict(load: Load, limits: EngineLimits, step: StepCost): LoadFigures {
  const engine: EngineShape = {
    ...limits,
    title: 'the engine that is calibrated',
    kvBlockTokens: blockTokens,
    step,
    kvBytesPerToken: 0,
    pricePerHour: 0,
  }
  const { ttftMs, tpotMs } = simulate({
    workload: { name: load.name, blockTokens, requests: closedLoop(load) },
    engine,
    replicas: 1,
    prefillReplicas: 0,
    transferBitsPerSecond: 0,
    policy: 'round-robin',
    seed: 1,
    rate: 1,
    slo: { ttftMs: 1, tpotMs: 1 },
  })
  return { ttftMs, tpotMs }
}

/** The requests of a load: each client's next one comes when its last one is answered; no prompt begins as another. */
function closedLoop({ concurrency, perClient, promptTokens, outputTokens }: Load): readonly WorkloadRequest[] {
  const units = Math.ceil(promptTokens / blockTokens)
  return Array.from({ length: concurrency * perClient }, (_, place) => ({
    atMs: 0,
    after: Math.max(-1, place - concurrency),
    promptTokens,
    outputTokens,
    blocks: Array.from({ length: units }, (__, unit) => place * units + unit),
    session: null,
    tenant: '',
    priority: 0,
  }))
}
