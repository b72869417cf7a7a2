import { writeYaml, type GatewayService } from '../rendering/index.ts'
import type { ModelPool } from './pools/index.ts'
import { routerPorts } from './release.ts'

/** DNS name of the Service that a model’s clients call in mode standalone. */
const entryOf = ({ picker }: ModelPool, namespace: string): string =>
  `http://${picker}.${namespace}.svc:${routerPorts.http}`

/**
 * The gateway with one replica for each model: llm-d’s entry. With the engines’ own addresses both would choose, each by load
 * that the other one makes.
 */
export function gatewayBehindPickers(
  gateway: GatewayService,
  pools: readonly ModelPool[],
  namespace: string,
): GatewayService {
  const entries = pools.map((pool) => ({
    model: pool.model.name,
    engine: 'external',
    address: entryOf(pool, namespace),
    resolve: 'static',
  }))
  return { ...gateway, files: { ...gateway.files, 'replicas.yaml': writeYaml({ version: 1, pools: entries }) } }
}
