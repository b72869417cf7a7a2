import type { NetworkPolicyPeer } from '../../../../kubernetes/index.ts'
import type { EngineService } from '../../engine-service.ts'
import { gatewayPart } from '../context.ts'
import type { NetworkContext } from './context.ts'
import { podsOf, type Incoming } from './policy.ts'
import { tcp } from './rules.ts'
import type { Traffic } from './traffic.ts'

/** What the gateway calls of an engine: its API, its KV events where it routes by them, and where Mooncake arranges transfers. */
export function calledByGateway({ ports, role, model }: EngineService): number[] {
  const { transfer, bootstrapPort } = model.routing.disaggregation
  const called = ports.filter(({ name }) => name !== 'nixl').map(({ port }) => port)
  return role === 'prefill' && transfer === 'mooncake' ? [...called, bootstrapPort] : called
}

const calledOfAll = (engines: readonly EngineService[]) =>
  [...new Set(engines.flatMap(calledByGateway))].sort((one, other) => one - other)

/**
 * The gateway calls each pod of an engine itself.
 * @param all the pods of all engines
 * @param otherwise who calls an engine where the gateway is left out
 */
export function directTraffic(
  context: NetworkContext,
  all: NetworkPolicyPeer,
  otherwise: (service: EngineService) => readonly Incoming[],
): Pick<Traffic, 'fromGateway' | 'toEngine'> {
  const { engines, gateway } = context
  return {
    fromGateway: engines.length === 0 ? [] : [{ rule: { to: [all], ports: tcp(...calledOfAll(engines)) } }],
    toEngine: (service) =>
      gateway === null
        ? otherwise(service)
        : [{ rule: { from: [podsOf(gatewayPart, context)], ports: tcp(...calledByGateway(service)) } }],
  }
}
