/**
 * Where a Fleet runs: one contract, one folder for each platform. Today `local`: processes on this machine.
 */
export type {
  ApplyContext,
  FleetSource,
  FleetStatus,
  LogLine,
  LogQuery,
  PlannedAction,
  ReplicaStatus,
  Target,
} from './contract.ts'
export { localTarget } from './local/index.ts'
