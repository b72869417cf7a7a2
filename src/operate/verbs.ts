import type { Environment } from '../files/index.ts'
import { plannedFleet } from '../plan/index.ts'
import type {
  ApplyContext,
  FleetSource,
  FleetStatus,
  LogLine,
  LogQuery,
  PlannedAction,
  Target,
} from '../targets/index.ts'

/** The Fleet as its plan has sized it. */
const asPlanned = (source: FleetSource): FleetSource => ({ ...source, fleet: plannedFleet(source.fleet) })

/** What `applyFleet` would do now, in order; changes nothing. */
export function planFleet(
  source: FleetSource,
  environment: Environment,
  target: Target,
): Promise<readonly PlannedAction[]> {
  return target.plan(asPlanned(source), environment)
}

/** Brings a Fleet up; on target `local` it stays until the context's signal fires and everything has stopped. */
export function applyFleet(source: FleetSource, context: ApplyContext, target: Target): Promise<void> {
  return target.apply(asPlanned(source), context)
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
