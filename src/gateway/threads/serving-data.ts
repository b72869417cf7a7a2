import { ApiKeys } from '../../access/index.ts'
import type { ServingConfig } from '../control/serving-config.ts'
import type { ServingData } from './messages.ts'
import type { ModelPlaces } from './model-places.ts'

/** A config as plain data, for another thread. The keys of upstreams travel with the replicas that they are for. */
export function toServingData({ fleet, keys }: ServingConfig, places: ModelPlaces): ServingData {
  return {
    fleet,
    keys: keys?.records ?? null,
    places: new Map(fleet.models.map(({ name }) => [name, places.of(name)])),
  }
}

/** A config as a worker serves by it; of the retries a second that the Fleet allows it has its share. */
export function fromServingData({ fleet, keys: records }: Omit<ServingData, 'places'>, workers: number): ServingConfig {
  const models = fleet.models.map((model) => {
    const { budget } = model.retry
    return { ...model, retry: { ...model.retry, budget: { ...budget, perSecond: budget.perSecond / workers } } }
  })
  const keys = records === null ? null : new ApiKeys()
  for (const record of records ?? []) keys?.addRecord(record)
  return { fleet: { ...fleet, models }, keys, upstreamHeaders: new Map(), upstreamTls: new Map(), keyFiles: [] }
}
