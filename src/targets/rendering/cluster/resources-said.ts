import type { Model } from '../../../fleet/index.ts'
import type { EngineService } from '../engine-service.ts'

/** What the Fleet says that a kind of replica asks of its host: its pool’s word before its model’s. */
export function resourcesSaid({ model, role }: EngineService): Model['resources'] {
  const pool = role === 'both' ? undefined : model[role]?.resources
  const said = Object.entries(pool ?? {}).filter(([, value]) => value !== undefined)
  return { ...model.resources, ...Object.fromEntries(said) }
}
