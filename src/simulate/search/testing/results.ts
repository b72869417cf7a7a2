import type { EngineShape, Simulation, SimulationResult } from '../../contract.ts'

/** An engine that no test depends on the speed of. */
export const engineShape: EngineShape = {
  title: '1 × L40S, a model',
  kvCapacityTokens: 100_000,
  kvBlockTokens: 16,
  maxSequences: 256,
  maxBatchedTokens: 2048,
  step: {
    baseMs: 2,
    msPerToken: 0.05,
    msPerAttentionPair: 1e-7,
    weightsMs: 12,
    msPerContextToken: 1e-4,
    assumptions: ['as a test has it'],
  },
  kvBytesPerToken: 131_072,
  pricePerHour: 1,
}

/** A simulation of nothing on four replicas. */
export const emptySimulation: Simulation = {
  workload: { name: 'nothing', blockTokens: 16, requests: [] },
  engine: engineShape,
  replicas: 4,
  prefillReplicas: 0,
  transferBitsPerSecond: 25e9,
  policy: 'default',
  seed: 1,
  rate: 1,
  slo: { ttftMs: 2000, tpotMs: 50 },
}

/** A result with plausible figures, some of them as the test says. */
export const resultWith = (figures: Partial<SimulationResult> = {}): SimulationResult => ({
  policy: 'default',
  requests: 100,
  rejected: 0,
  hitTokens: 400_000,
  oracleHitTokens: 420_000,
  promptTokens: 1_000_000,
  outputTokens: 30_000,
  outputTokensPerSecond: 800,
  goodput: 0.95,
  ttftMs: { mean: 300, p50: 300, p90: 900, p99: 2500 },
  tpotMs: { mean: 15, p50: 15, p90: 22, p99: 40 },
  e2eMs: { mean: 5000, p50: 5000, p90: 9000, p99: 14_000 },
  loadSpread: 1.05,
  work: [150_000, 160_000, 155_000, 165_000],
  flow: null,
  scaling: null,
  queue: { mean: 0.5, most: 12 },
  preemptions: 0,
  costPerMillionTokens: 1.4,
  simulatedSeconds: 37.5,
  wallSeconds: 0.2,
  ...figures,
})
