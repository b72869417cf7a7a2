import type { NetworkPolicy, NetworkPolicyIngressRule } from '../../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../artifact.ts'
import { httpPortOf, type EngineService } from '../../engine-service.ts'
import { gatewayPorts } from '../../gateway-service.ts'
import { enginePart, gatewayPart, type PartOfFleet } from '../context.ts'
import { modelCacheOf } from '../model-cache.ts'
import { hasOwnRedis, redisPort } from '../state.ts'
import type { NetworkContext } from './context.ts'
import { fetchedSources, gatewayDestinations, weightDestinations } from './destinations.ts'
import { podsOf, policyOf, type Incoming, type Outgoing } from './policy.ts'
import { anyPod, apiServer, controller, dns, outgoingTo, prometheus, tcp } from './rules.ts'
import type { Traffic } from './traffic.ts'

const redisPart: PartOfFleet = { component: 'redis' }
const downloadPart: PartOfFleet = { component: 'download' }

/** Policies that let through what runs on every target and nothing else; none where the Fleet wants none. */
export function policiesOf(context: NetworkContext, traffic: Traffic): ObjectArtifact[] {
  if (!context.settings.networkPolicy) return []
  const { gateway, engines } = context
  return [
    denyAll(context),
    ...(gateway === null ? [] : [ofGateway(context, traffic)]),
    ...engines.map((service) => ofEngine(service, context, traffic)),
    ...(hasOwnRedis(context) ? [ofRedis(context)] : []),
  ]
}

function denyAll({ fleet, names, metadata }: NetworkContext): ObjectArtifact {
  const object: NetworkPolicy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(names.named('deny'), gatewayPart),
    spec: {
      podSelector: { matchLabels: { 'fairlead.dev/fleet': fleet.name } },
      policyTypes: ['Ingress', 'Egress'],
    },
  }
  const text =
    'Nothing gets in or out of this Fleet’s pods but what another policy lets through. It takes a network plugin that enforces policies.'
  return { kind: 'object', object, comments: [{ path: ['spec'], text }] }
}

function ofGateway(context: NetworkContext, { fromGateway, asksLoad }: Traffic): ObjectArtifact {
  const { fleet, names, settings } = context
  const fromOutside = settings.serviceType !== 'ClusterIP' || settings.ingress !== undefined
  const ports = tcp(gatewayPorts.http)
  const clients: Incoming = fromOutside
    ? { rule: { ports }, text: 'Clients come from outside the cluster, so from any address; keys say who may.' }
    : { rule: { from: [anyPod], ports }, text: 'Clients are pods of any namespace; keys say who may.' }
  const metrics = 'Metrics. Administration is on this port too: reach it by `kubectl port-forward`.'
  const engines = 'The API server, asked for engines. discovery: dns leaves it out.'
  return policyOf(
    {
      name: names.gateway,
      part: gatewayPart,
      ingress: [
        clients,
        ...scrapedOn(gatewayPorts.admin, context).map((rule) => ({ rule, text: metrics })),
        ...(asksLoad ? [askedByController] : []),
      ],
      egress: [
        { rule: dns },
        ...fromGateway,
        ...(hasOwnRedis(context) ? [{ rule: { to: [podsOf(redisPart, context)], ports: tcp(redisPort) } }] : []),
        ...(context.asksCluster ? [{ rule: apiServer, text: engines }] : []),
        ...outgoingTo(gatewayDestinations(fleet)),
      ],
    },
    context,
  )
}

/** Prometheus on a port, where it scrapes at all. */
export function scrapedOn(port: number, { settings }: NetworkContext): NetworkPolicyIngressRule[] {
  return settings.monitoring === 'none' ? [] : [{ from: [prometheus], ports: tcp(port) }]
}

/** The controller asks for the load by which it scales. */
const askedByController: Incoming = {
  rule: { from: [controller], ports: tcp(gatewayPorts.admin) },
  text: 'The controller of Fairlead asks for the load by which it scales, with a key.',
}

function ofEngine(service: EngineService, context: NetworkContext, traffic: Traffic): ObjectArtifact {
  const { names } = context
  const isPeered = service.nodes > 1 || service.role !== 'both'
  const peers = podsOf({ component: 'engine', model: service.modelLabel }, context)
  const text =
    'Replicas of the model hand KV blocks and tensors to each other on ports that they choose themselves, as UCX and NCCL do.'
  const called = traffic.fromEngine(service)
  const egress: Outgoing[] = [...(isPeered ? [{ rule: { to: [peers] } }] : []), ...called]
  return policyOf(
    {
      name: names.engine(service),
      part: enginePart(service),
      ingress: [
        ...traffic.toEngine(service),
        ...scrapedOn(httpPortOf(service), context).map((rule) => ({ rule })),
        ...(isPeered ? [{ rule: { from: [peers] }, text }] : []),
      ],
      egress: egress.length === 0 ? [] : [{ rule: dns }, ...egress],
      ...(egress.length === 0 ? { text: 'It calls nobody: its weights lie there.' } : {}),
    },
    context,
  )
}

/** Jobs that fill a shared volume fetch what engines would. */
export function policiesOfDownloads(context: NetworkContext): ObjectArtifact[] {
  const { engines, fleet, names, settings } = context
  if (!settings.networkPolicy) return []
  const filled = engines.filter((service) => {
    const cache = modelCacheOf(service, context)
    return cache?.kind === 'claim' && cache.isOurs && cache.isShared
  })
  const egress = outgoingTo(
    filled.flatMap((service) => weightDestinations(service, fleet, fetchedSources(service, fleet))),
  )
  if (egress.length === 0) return []
  const rules = { name: names.named('download'), part: downloadPart, ingress: [] }
  return [policyOf({ ...rules, egress: [{ rule: dns }, ...egress] }, context)]
}

function ofRedis(context: NetworkContext): ObjectArtifact {
  const ingress = [{ rule: { from: [podsOf(gatewayPart, context)], ports: tcp(redisPort) } }]
  return policyOf({ name: context.names.redis, part: redisPart, ingress, egress: [] }, context)
}
