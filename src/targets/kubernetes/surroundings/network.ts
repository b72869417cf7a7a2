import {
  anyPod,
  calledByGateway,
  directTraffic,
  fetchedSources,
  outgoingTo,
  podsOf,
  policiesOf,
  policiesOfDownloads,
  tcp,
  weightDestinations,
  type Traffic,
} from '../../rendering/cluster/network/index.ts'
import { isScaledByFairlead, type KubernetesContext, type ObjectsOf } from '../context.ts'

/** Policies that let through what runs; the gateway calls engines itself. */
export const renderNetworkPolicies: ObjectsOf = (context) => ({
  objects: [...policiesOf(context, trafficOf(context)), ...policiesOfDownloads(context)],
})

function trafficOf(context: KubernetesContext): Traffic {
  const { engines, fleet } = context
  return {
    ...directTraffic(context, podsOf({ component: 'engine' }, context), (service) => [
      { rule: { from: [anyPod], ports: tcp(...calledByGateway(service)) } },
    ]),
    asksLoad: engines.some(isScaledByFairlead),
    fromEngine: (service) => outgoingTo(weightDestinations(service, fleet, fetchedSources(service, fleet))),
  }
}
