import type { Fleet, Model } from '../fleet/index.ts'
import { parseBaseUrl } from './base-url.ts'
import type { ReplicaRole } from '../scheduling/contract.ts'
import type { Replica, ReplicaSource } from './contract.ts'
import { fixedSource } from './fixed-source.ts'

/**
 * The replicas of models with engine `external`: their addresses stand in the Fleet and never change.
 * @throws UserError for an address that is no base URL.
 */
export function createStaticSource(fleet: Pick<Fleet, 'models'>): ReplicaSource {
  const replicas = fleet.models.flatMap((model, modelIndex): Replica[] => {
    if (model.engine !== 'external') return []
    const at = `models[${modelIndex}]`
    let place = 0
    const replicasAt = (addresses: readonly string[], role: ReplicaRole, prefix: string, path: string): Replica[] =>
      addresses.map((address, index) => {
        const parsed = parseBaseUrl(address, `${path}.addresses[${index}]`)
        return {
          id: `${prefix}-${index}`,
          model: model.name,
          engine: model.engine,
          address: parsed,
          phase: 'serving',
          role,
          generation: 0,
          ...saidEvents(model, place++),
        }
      })
    return [
      ...replicasAt(model.addresses, 'both', model.name, at),
      ...replicasAt(model.prefill?.addresses ?? [], 'prefill', `${model.name}-prefill`, `${at}.prefill`),
      ...replicasAt(model.decode?.addresses ?? [], 'decode', `${model.name}-decode`, `${at}.decode`),
    ]
  })
  return fixedSource(replicas)
}

/**
 * Where a replica publishes its KV events, if the Fleet says so.
 * @param place of it among all addresses of its model: those of the pools follow the model's own
 */
function saidEvents({ kvCache, parallelism }: Model, place: number): Pick<Replica, 'kvEvents'> {
  const { endpoints, replayEndpoints } = kvCache.events
  const endpoint = endpoints[place]
  if (endpoint === undefined) return {}
  return { kvEvents: { endpoint, replayEndpoint: replayEndpoints[place] ?? null, ranks: parallelism.data } }
}
