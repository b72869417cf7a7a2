import type { Environment } from '../files/index.ts'
import type {
  ApplyContext,
  FleetSource,
  FleetStatus,
  LogLine,
  LogQuery,
  PlannedAction,
  Target,
} from '../targets/index.ts'

/** What `applyFleet` would do now, in order; changes nothing. */
export function planFleet(
  source: FleetSource,
  environment: Environment,
  target: Target,
): Promise<readonly PlannedAction[]> {
  return target.plan(source, environment)
}

/** Brings a Fleet up; on target `local` it stays until the context's signal fires and everything has stopped. */
export function applyFleet(source: FleetSource, context: ApplyContext, target: Target): Promise<void> {
  return target.apply(source, context)
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

/** Stops and removes a Fleet; resolves to whether there was anything. */
export function deleteFleet(name: string, environment: Environment, target: Target): Promise<boolean> {
  return target.delete(name, environment)
}
