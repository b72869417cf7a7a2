/** A published comparison, and how to simulate it. */
export interface Claim {
  /** As `node bench/claims/index.ts NAME` names it. */
  readonly name: string
  readonly title: string
  /** Who says so, and where. */
  readonly source: string
  /** What was measured on what, as far as is told. */
  readonly setting: string
  /** What is simulated, by a name. */
  readonly runs: Readonly<Record<string, Run>>
  readonly rows: readonly Row[]
  /** What has to hold for the claim's direction, in the full run and in the reduced one of the tests. */
  readonly holds: readonly Ordering[]
  /** What the reduced run adds to the arguments; null where another claim's run stands for it. */
  readonly reduced: readonly string[] | null
  readonly verdict: 'reproduced' | 'in part' | 'not reproduced'
  /** What agrees, what does not, and why. */
  readonly word: string
}

/** One row of one `fairlead simulate`. */
export interface Run {
  /** Arguments of `fairlead simulate`, but for the policy. */
  readonly args: readonly string[]
  readonly policy: string
}

/** Figures that are compared; times in milliseconds. */
export const metrics = {
  'output tokens/s': (result) => result.outputTokensPerSecond,
  'input tokens/s': (result) => result.promptTokens / result.simulatedSeconds,
  'requests/s': (result) => result.requests / result.simulatedSeconds,
  'TTFT mean': (result) => result.ttftMs.mean,
  'TTFT p50': (result) => result.ttftMs.p50,
  'TTFT p90': (result) => result.ttftMs.p90,
  'TTFT p99': (result) => result.ttftMs.p99,
  'TPOT mean': (result) => result.tpotMs.mean,
  'E2E mean': (result) => result.e2eMs.mean,
} as const satisfies Readonly<Record<string, (result: Measured) => number>>

export type Metric = keyof typeof metrics

/** A figure that was published, of a run, or of one run over another. */
export interface Row {
  readonly metric: Metric
  readonly run: string
  /** The run that it is divided by; the figure itself where absent. */
  readonly over?: string
  /** Null where nobody has published it: what our own policy does. */
  readonly published: number | null
}

/** `more` has at least so many times the figure of `less`. */
export interface Ordering {
  readonly metric: Metric
  readonly more: string
  readonly less: string
  readonly factor: number
  /** Of the reduced run; the same where absent. */
  readonly reducedFactor?: number
}

/** What is kept of a simulation: fields of `fairlead simulate --json`. */
export interface Measured {
  readonly requests: number
  readonly promptTokens: number
  readonly outputTokensPerSecond: number
  readonly simulatedSeconds: number
  readonly ttftMs: Percentiles
  readonly tpotMs: Percentiles
  readonly e2eMs: Percentiles
}

interface Percentiles {
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** A run as it came out. */
export interface MeasuredRun extends Run {
  readonly result: Measured
}

/** What all runs came to, by claim and run: `measured.json`. */
export type MeasuredClaims = Readonly<Record<string, Readonly<Record<string, MeasuredRun>>>>
