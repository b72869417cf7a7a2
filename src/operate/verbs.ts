import type { Environment } from '../files/index.ts'
import type {
  ApplyContext,
  DebugRequest,
  DeleteOptions,
  DeleteResult,
  EventQuery,
  ExecRequest,
  FleetEvent,
  FleetSource,
  FleetStatus,
  LogLine,
  LogQuery,
  PortForwardRequest,
  RestartRequest,
  Revision,
  RollbackRequest,
  RolloutRequest,
  RolloutStatus,
  ScaleRequest,
  ScaleResult,
  Target,
  TargetPlan,
  WorkContext,
} from '../targets/index.ts'
import { noCanaryError } from './canary-elsewhere.ts'

/** The Fleet as its plan has sized it. */
async function asPlanned(source: FleetSource): Promise<FleetSource> {
  // Verbs that only look do without sizing.
  const { plannedFleet } = await import('../plan/index.ts')
  return { ...source, fleet: plannedFleet(source.fleet) }
}

/** What `applyFleet` would do now, in order; changes nothing. */
export async function planFleet(source: FleetSource, environment: Environment, target: Target): Promise<TargetPlan> {
  return target.plan(await asPlanned(source), environment)
}

/** Brings a Fleet up; on target `local` it stays until the context's signal fires and everything has stopped. */
export async function applyFleet(source: FleetSource, context: ApplyContext, target: Target): Promise<void> {
  return target.apply(await asPlanned(source), context)
}

/** What a Fleet is doing; also answers for one that does not run. */
export function fleetStatus(name: string, environment: Environment, target: Target): Promise<FleetStatus> {
  return target.status(name, environment)
}

/** The logs of a Fleet; ends by itself unless `query.follow`. */
export function fleetLogs(
  name: string,
  environment: Environment,
  query: LogQuery,
  target: Target,
): AsyncIterable<LogLine> {
  return target.logs(name, environment, query)
}

/** What happened to a Fleet, oldest first; ends by itself unless `query.follow`. */
export function fleetEvents(
  name: string,
  environment: Environment,
  query: EventQuery,
  target: Target,
): AsyncIterable<FleetEvent> {
  return target.events(name, environment, query)
}

/** Sets the copies of a model until the next `applyFleet`. */
export function scaleFleet(
  name: string,
  request: ScaleRequest,
  context: WorkContext,
  target: Target,
): Promise<ScaleResult> {
  return target.scale(name, request, context)
}

/** Starts replicas anew, one after the other; resolves to what was started. */
export function restartFleet(
  name: string,
  request: RestartRequest,
  context: WorkContext,
  target: Target,
): Promise<readonly string[]> {
  return target.restart(name, request, context)
}

/** Begins, watches, holds or ends the update of a Fleet. */
export async function rolloutFleet(
  name: string,
  request: RolloutRequest,
  context: ApplyContext,
  target: Target,
): Promise<readonly RolloutStatus[]> {
  if (request.action === 'start' && request.canary !== undefined && target.name !== 'kubernetes')
    throw noCanaryError(name, target.name)
  const asked = request.action === 'start' ? { ...request, source: await asPlanned(request.source) } : request
  return target.rollout(name, asked, context)
}

/** The applied states of a Fleet, newest first. */
export function fleetRevisions(name: string, environment: Environment, target: Target): Promise<readonly Revision[]> {
  return target.revisions(name, environment)
}

/** Applies an earlier revision as a new one; resolves to the one gone back to. */
export function rollbackFleet(
  name: string,
  request: RollbackRequest,
  context: ApplyContext,
  target: Target,
): Promise<Revision> {
  return target.rollback(name, request, context)
}

/** Brings a port of a Fleet to this machine, until the request's signal fires. */
export function forwardPort(
  name: string,
  environment: Environment,
  request: PortForwardRequest,
  target: Target,
): Promise<void> {
  return target.portForward(name, environment, request)
}

/** Runs a command where a part of a Fleet runs; resolves to its exit code. */
export function execInReplica(
  name: string,
  environment: Environment,
  request: ExecRequest,
  target: Target,
): Promise<number> {
  return target.exec(name, environment, request)
}

/** Starts a container with tools beside a replica, and joins it; resolves to its exit code. */
export function debugReplica(
  name: string,
  environment: Environment,
  request: DebugRequest,
  target: Target,
): Promise<number> {
  return target.debug(name, environment, request)
}

/** Stops and removes a Fleet. */
export function deleteFleet(
  name: string,
  options: DeleteOptions,
  context: WorkContext,
  target: Target,
): Promise<DeleteResult> {
  return target.delete(name, options, context)
}
