import {
  anyPod,
  apiServer,
  dns,
  fetchedSources,
  outgoingTo,
  podsOf,
  policiesOf,
  policiesOfDownloads,
  policyOf,
  scrapedOn,
  tcp,
  weightDestinations,
  type Incoming,
  type Outgoing,
  type Traffic,
} from '../../rendering/cluster/network/index.ts'
import { gatewayPart } from '../../rendering/cluster/index.ts'
import { enginePorts, type EngineService, type ObjectArtifact } from '../../rendering/index.ts'
import type { LlmdContext, ObjectsOf } from '../context.ts'
import type { ModelPool } from '../pools/index.ts'
import { routerPorts } from '../release.ts'
import { routerPart } from './part.ts'

/** Policies: requests reach members of pools by their picker and what asks it, and by nothing else. */
export const renderNetworkPolicies: ObjectsOf = (context) => {
  if (!context.llmd.networkPolicy) return {}
  return {
    objects: [
      ...policiesOf(context, trafficOf(context)),
      ...context.pools.map((pool) => ofRouter(pool, context)),
      ...policiesOfDownloads(context),
    ],
  }
}

function trafficOf(context: LlmdContext): Traffic {
  const { fleet, pools } = context
  const router = podsOf({ component: 'router' }, context)
  return {
    fromGateway: pools.length === 0 ? [] : [{ rule: { to: [router], ports: tcp(routerPorts.http) } }],
    // Fairlead’s own scaler knows nothing of pools.
    asksLoad: false,
    toEngine: (service) => pools.filter(isOf(service)).flatMap((pool) => toMember(pool, service, context)),
    fromEngine: (service) => [
      ...(service.role === 'decode' ? [sidecar] : []),
      ...outgoingTo(weightDestinations(service, fleet, fetchedSources(service, fleet))),
    ],
  }
}

const isOf =
  (service: EngineService) =>
  ({ modelLabel }: ModelPool) =>
    modelLabel === service.modelLabel

const sidecar: Outgoing = {
  rule: apiServer,
  text: 'The API server, which the sidecar asks for the members of its pool.',
}

const fromGatewayClass =
  'From any address: where proxies of a Gateway run, in which namespace or outside of the cluster, depends on its class.'

/** What the picker calls of a member: its API and metrics, and its KV events where it goes by them. */
const calledByPicker = ({ isExact }: ModelPool, services: readonly EngineService[]): number[] => {
  const isHeard = isExact && services.some(({ ports }) => ports.some(({ name }) => name === 'kvEvents'))
  return [routerPorts.member, ...(isHeard ? [enginePorts.kvEvents] : [])]
}

function toMember(pool: ModelPool, service: EngineService, context: LlmdContext): Incoming[] {
  const isStandalone = context.llmd.mode === 'standalone'
  const picker: Incoming = {
    rule: { from: [podsOf(routerPart(pool), context)], ports: tcp(...calledByPicker(pool, [service])) },
    text: `The picker reads what a member tells of itself${isStandalone ? ', and Envoy beside it sends requests' : ''}.`,
  }
  // Requests get to a replica that prefills by one that decodes.
  if (isStandalone || service.role === 'prefill') return [picker]
  return [{ rule: { ports: tcp(routerPorts.member) }, text: fromGatewayClass }, picker]
}

/** The picker, and in mode standalone Envoy beside it, which asks it within the pod. */
function ofRouter(pool: ModelPool, context: LlmdContext): ObjectArtifact {
  const { gateway, llmd } = context
  const members = podsOf({ component: 'engine', model: pool.modelLabel }, context)
  const standalone: Incoming =
    gateway === null
      ? { rule: { from: [anyPod], ports: tcp(routerPorts.http) }, text: 'Clients are pods of any namespace.' }
      : { rule: { from: [podsOf(gatewayPart, context)], ports: tcp(routerPorts.http) } }
  return policyOf(
    {
      name: pool.picker,
      part: routerPart(pool),
      ingress: [
        llmd.mode === 'standalone' ? standalone : { rule: { ports: tcp(routerPorts.picker) }, text: fromGatewayClass },
        ...scrapedOn(routerPorts.pickerMetrics, context).map((rule) => ({ rule })),
      ],
      egress: [
        { rule: dns },
        { rule: { to: [members], ports: tcp(...calledByPicker(pool, pool.services)) } },
        { rule: apiServer, text: 'The API server, which the picker asks for members, objectives and rewrites.' },
      ],
    },
    context,
  )
}
