import { createAccessLog, type AccessLog, type Logger } from '../../observe/contract.ts'
import { OriginList } from '../data-plane/cors.ts'
import type { PlaneSettings } from '../data-plane/data-plane.ts'
import type { ServingConfig } from './serving-config.ts'

/** What the Fleet says of every request. */
export function settingsOf({ fleet, keys }: ServingConfig): PlaneSettings {
  const { headerLimit, bodyLimit, keepAliveAfter, cors, passUnknownPaths } = fleet.gateway
  return {
    headerLimitBytes: headerLimit,
    bodyLimitBytes: bodyLimit,
    keepAliveAfterMs: keepAliveAfter,
    keys,
    highestPriority: fleet.access.priority ?? null,
    origins: cors.origins.length === 0 ? null : new OriginList(cors.origins),
    passesUnknownPaths: passUnknownPaths,
  }
}

/** The access log as the Fleet wants it. */
export function accessLogOf({ fleet }: ServingConfig, logger: Logger): AccessLog {
  const { access, accessSample } = fleet.observe.logs
  return createAccessLog(logger, { isOn: access, sample: accessSample })
}
