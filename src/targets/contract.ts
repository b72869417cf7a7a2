import type { Environment } from '../files/index.ts'
import type { Fleet, TargetName } from '../fleet/index.ts'
import type { ProgressReporter } from '../progress/index.ts'

/** One thing that `apply` would do, in order. */
export interface PlannedAction {
  /** `install`, `download`, `start`, `stop`, `keep`, `warn`. */
  readonly verb: string
  /** What it is done to, such as `model smollm2` or `replica smollm2-0`. */
  readonly subject: string
  /** Why, and how much: sizes, addresses. */
  readonly detail: string
}

/** What a replica is doing, as people see it. */
export interface ReplicaStatus {
  readonly id: string
  readonly model: string
  readonly engine: string
  readonly state: string
  readonly address: string
  readonly starts: number
  readonly since: string
  readonly inFlight: number | null
  readonly tokensPerSecond: number | null
  readonly lastError: string | null
}

/** What a running Fleet is doing. */
export interface FleetStatus {
  readonly fleet: string
  readonly target: TargetName
  readonly running: boolean
  readonly gateway: {
    readonly address: string
    readonly admin: string
    readonly state: string
    readonly lastError: string | null
  } | null
  readonly replicas: readonly ReplicaStatus[]
}

/** A Fleet together with the file it came from. */
export interface FleetSource {
  readonly fleet: Fleet
  /** Absolute path. */
  readonly file: string
}

/** What `apply` is given beside the Fleet. */
export interface ApplyContext {
  readonly environment: Environment
  readonly progress: ProgressReporter
  /** Ends the work; for `local`, stops the Fleet. */
  readonly signal: AbortSignal
  /** Ends an orderly stop that takes too long for the person who waits: what still runs is killed at once. */
  readonly killSignal?: AbortSignal
  /** Called once everything answers. */
  readonly onReady?: (status: FleetStatus) => void
}

/** A line of a replica's or the gateway's log. */
export interface LogLine {
  readonly source: string
  readonly text: string
}

/** Which log lines are wanted. */
export interface LogQuery {
  /** Model name, replica id or `gateway`; everything when absent. */
  readonly subject?: string
  readonly follow: boolean
  /** Lines from the end of each log. */
  readonly tail: number
  readonly signal: AbortSignal
}

/** A platform that Fleets run on. The verbs of `operate` are these, over one of them. */
export interface Target {
  readonly name: TargetName
  /** What `apply` would do now. */
  plan(source: FleetSource, environment: Environment): Promise<readonly PlannedAction[]>
  /** Brings the Fleet up; for `local` it stays until `signal` fires and everything has stopped. */
  apply(source: FleetSource, context: ApplyContext): Promise<void>
  status(fleetName: string, environment: Environment): Promise<FleetStatus>
  /** Names of the Fleets that this target knows of. */
  list(environment: Environment): Promise<readonly string[]>
  logs(fleetName: string, environment: Environment, query: LogQuery): AsyncIterable<LogLine>
  /** Stops and removes it; resolves to whether there was anything. */
  delete(fleetName: string, environment: Environment): Promise<boolean>
}
