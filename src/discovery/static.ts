import type { Fleet } from '../fleet/index.ts'
import { parseBaseUrl } from './base-url.ts'
import type { Replica, ReplicaSource } from './contract.ts'

/**
 * The replicas of models with engine `external`: their addresses stand in the Fleet and never change.
 * @throws UserError for an address that is no base URL.
 */
export function createStaticSource(fleet: Pick<Fleet, 'models'>): ReplicaSource {
  const replicas = fleet.models.flatMap((model, modelIndex): Replica[] => {
    if (model.engine !== 'external') return []
    return model.addresses.map((address, index) => ({
      id: `${model.name}-${index}`,
      model: model.name,
      engine: model.engine,
      address: parseBaseUrl(address, `models[${modelIndex}].addresses[${index}]`),
      phase: 'serving',
      generation: 0,
    }))
  })
  return {
    name: 'static',
    start: async () => {},
    snapshot: () => replicas,
    subscribe: () => () => {},
    close: async () => {},
  }
}
