import type { Environment } from '../files/index.ts'
import type { TargetName } from '../fleet/index.ts'
import type { ApplyContext, FleetSource, WorkContext } from './contract/applying.ts'
import type { DebugRequest, ExecRequest } from './contract/commands.ts'
import type {
  DeleteOptions,
  DeleteResult,
  PortForwardRequest,
  RestartRequest,
  Revision,
  RollbackRequest,
  RolloutRequest,
  RolloutStatus,
  ScaleRequest,
  ScaleResult,
} from './contract/changing.ts'
import type { Evidence } from './contract/evidence.ts'
import type { TargetPlan } from './contract/planning.ts'
import type { FleetScaling } from './contract/scaling.ts'
import type { SecretState, SetSecretRequest, SetSecretResult } from './contract/secrets.ts'
import type { FleetStatus } from './contract/status.ts'
import type { EventQuery, FleetEvent, LogLine, LogQuery } from './contract/watching.ts'

export type * from './contract/applying.ts'
export type * from './contract/changing.ts'
export type * from './contract/commands.ts'
export type * from './contract/evidence.ts'
export {
  planOf,
  type ActionVerb,
  type FieldChange,
  type FleetPlace,
  type PlannedAction,
  type TargetPlan,
} from './contract/planning.ts'
export type * from './contract/scaling.ts'
export type * from './contract/secrets.ts'
export type * from './contract/status.ts'
export type * from './contract/watching.ts'

/**
 * A platform that Fleets run on. The verbs of `operate` are these, over one of them. What a platform cannot do is a UserError
 * that says what to do instead; nothing is done by half. Those that speak to a server got their connection when they were made
 * and hold it until `close`.
 */
export interface Target {
  readonly name: TargetName
  /** What `apply` would do now; changes nothing. */
  plan(source: FleetSource, environment: Environment): Promise<TargetPlan>
  /** The secrets that the Fleet refers to, and whether each is there; `apply` starts nothing while one is absent. */
  secrets(source: FleetSource, environment: Environment): Promise<readonly SecretState[]>
  /** Writes the value of a secret where the target keeps it. */
  setSecret(source: FleetSource, request: SetSecretRequest, context: WorkContext): Promise<SetSecretResult>
  /** Brings the Fleet up; for `local` it stays until `signal` fires and everything has stopped. */
  apply(source: FleetSource, context: ApplyContext): Promise<void>
  status(fleetName: string, environment: Environment): Promise<FleetStatus>
  /** Names of the Fleets that this target knows of. */
  list(environment: Environment): Promise<readonly string[]>
  logs(fleetName: string, environment: Environment, query: LogQuery): AsyncIterable<LogLine>
  /** What happened, oldest first. */
  events(fleetName: string, environment: Environment, query: EventQuery): AsyncIterable<FleetEvent>
  /** Sets the copies of a model now; the Fleet file says them again at the next `apply`. */
  scale(fleetName: string, request: ScaleRequest, context: WorkContext): Promise<ScaleResult>
  /** Who scales its models, and what was decided last; absent where nothing on the target tells it. */
  scaling?(fleetName: string): Promise<FleetScaling>
  /** Starts replicas anew, one after the other; resolves to what was started. */
  restart(fleetName: string, request: RestartRequest, context: WorkContext): Promise<readonly string[]>
  /** Watches, holds or ends an update, or begins one. */
  rollout(fleetName: string, request: RolloutRequest, context: ApplyContext): Promise<readonly RolloutStatus[]>
  /** The applied states that `rollback` can go to, newest first. */
  revisions(fleetName: string, environment: Environment): Promise<readonly Revision[]>
  /** Applies an earlier revision, as a new one; resolves to the one gone back to. */
  rollback(fleetName: string, request: RollbackRequest, context: ApplyContext): Promise<Revision>
  /** Stops and removes it. */
  delete(fleetName: string, options: DeleteOptions, context: WorkContext): Promise<DeleteResult>
  /** Stays until the request’s signal fires. */
  portForward(fleetName: string, environment: Environment, request: PortForwardRequest): Promise<void>
  /** Runs a command where a replica or a gateway runs; resolves to its exit code. */
  exec(fleetName: string, environment: Environment, request: ExecRequest): Promise<number>
  /** Starts a container with tools beside a replica, and joins it; resolves to its exit code. */
  debug(fleetName: string, environment: Environment, request: DebugRequest): Promise<number>
  /** What it knows beside status, logs, events and revisions, for somebody who helps; each piece is read when it is wanted. */
  evidence(fleetName: string, environment: Environment): Promise<readonly Evidence[]>
  /**
   * Where the administration of its gateway answers; null where none runs. Absent where that takes a way through a cluster or to
   * another host.
   */
  adminUrl?(fleetName: string, environment: Environment): Promise<string | null>
  /** Lets go of its connection. */
  close(): Promise<void>
}
