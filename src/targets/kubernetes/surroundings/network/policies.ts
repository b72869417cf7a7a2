import type { NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule } from '../../../../kubernetes/index.ts'
import { hasOwnRedis, modelCacheOf, redisPort } from '../../../rendering/cluster/index.ts'
import {
  enginePorts,
  gatewayPorts,
  type Comment,
  type EngineService,
  type ObjectArtifact,
} from '../../../rendering/index.ts'
import {
  enginePart,
  gatewayPart,
  isScaledByFairlead,
  type KubernetesContext,
  type ObjectsOf,
  type PartOfFleet,
} from '../../context.ts'
import { engineDestinations, gatewayDestinations, type Destination } from './destinations.ts'
import { anyPod, apiServer, controller, dns, egressTo, prometheus, tcp } from './rules.ts'

const redisPart: PartOfFleet = { component: 'redis' }
const downloadPart: PartOfFleet = { component: 'download' }

/** Policies that let through what runs and nothing else; of the API server, the gateway alone where it asks for engines. */
export const renderNetworkPolicies: ObjectsOf = (context) => {
  if (!context.settings.networkPolicy) return {}
  const { gateway, engines } = context
  return {
    objects: [
      denyAll(context),
      ...(gateway === null ? [] : [ofGateway(context)]),
      ...engines.map((service) => ofEngine(service, context)),
      ...ofDownloads(context),
      ...(hasOwnRedis(context) ? [ofRedis(context)] : []),
    ],
  }
}

function denyAll({ fleet, names, metadata }: KubernetesContext): ObjectArtifact {
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

interface Rules {
  readonly name: string
  readonly part: PartOfFleet
  readonly ingress: readonly NetworkPolicyIngressRule[]
  readonly egress: readonly NetworkPolicyEgressRule[]
  readonly comments?: readonly Comment[]
}

function policyOf(
  { name, part, ingress, egress, comments }: Rules,
  { metadata, selector }: KubernetesContext,
): ObjectArtifact {
  const object: NetworkPolicy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(name, part),
    spec: {
      podSelector: { matchLabels: selector(part) },
      policyTypes: ['Ingress', 'Egress'],
      ...(ingress.length === 0 ? {} : { ingress }),
      ...(egress.length === 0 ? {} : { egress }),
    },
  }
  return { kind: 'object', object, ...(comments === undefined ? {} : { comments }) }
}

const peer = (part: PartOfFleet, { selector }: KubernetesContext) => ({ podSelector: { matchLabels: selector(part) } })

function ofGateway(context: KubernetesContext): ObjectArtifact {
  const { fleet, engines, names, settings } = context
  const fromOutside = settings.serviceType !== 'ClusterIP' || settings.ingress !== undefined
  const clients: NetworkPolicyIngressRule = {
    ...(fromOutside ? {} : { from: [anyPod] }),
    ports: tcp(gatewayPorts.http),
  }
  const ingress = [clients, ...scrapedOn(gatewayPorts.admin, context), ...askedByController(context)]
  const destinations = gatewayDestinations(fleet)
  const own: NetworkPolicyEgressRule[] = [
    dns,
    ...(engines.length === 0
      ? []
      : [{ to: [peer({ component: 'engine' }, context)], ports: tcp(...portsOfAll(engines)) }]),
    ...(hasOwnRedis(context) ? [{ to: [peer(redisPart, context)], ports: tcp(redisPort) }] : []),
    ...(context.asksCluster ? [apiServer] : []),
  ]
  const { egress, comments } = withDestinations(own, destinations)
  const asked: Comment[] = context.asksCluster
    ? [
        {
          path: ['spec', 'egress', own.length - 1],
          text: 'The API server, asked for engines. discovery: dns leaves it out.',
        },
      ]
    : []
  const why = fromOutside
    ? 'Clients come from outside the cluster, so from any address; keys say who may.'
    : 'Clients are pods of any namespace; keys say who may.'
  return policyOf(
    {
      name: names.gateway,
      part: gatewayPart,
      ingress,
      egress,
      comments: [
        { path: ['spec', 'ingress', 0], text: why },
        ...adminComment(context),
        ...controllerComment(ingress),
        ...asked,
        ...comments,
      ],
    },
    context,
  )
}

/** Prometheus on a port, where it scrapes at all. */
function scrapedOn(port: number, { settings }: KubernetesContext): NetworkPolicyIngressRule[] {
  return settings.monitoring === 'none' ? [] : [{ from: [prometheus], ports: tcp(port) }]
}

/** The controller asks for the load by which it scales. */
const askedByController = (context: KubernetesContext): NetworkPolicyIngressRule[] =>
  context.engines.some(isScaledByFairlead) ? [{ from: [controller], ports: tcp(gatewayPorts.admin) }] : []

function controllerComment(ingress: readonly NetworkPolicyIngressRule[]): Comment[] {
  const index = ingress.findIndex(({ from }) => from?.[0] === controller)
  const text = 'The controller of Fairlead asks for the load by which it scales, with a key.'
  return index < 0 ? [] : [{ path: ['spec', 'ingress', index], text }]
}

function adminComment({ settings }: KubernetesContext): Comment[] {
  const text = 'Metrics. Administration is on this port too: reach it by `kubectl port-forward`.'
  return settings.monitoring === 'none' ? [] : [{ path: ['spec', 'ingress', 1], text }]
}

/** Rules for places outside the Fleet, each with the field that names it. */
function withDestinations(
  own: readonly NetworkPolicyEgressRule[],
  destinations: readonly Destination[],
): { readonly egress: NetworkPolicyEgressRule[]; readonly comments: Comment[] } {
  const egress = [...own]
  const comments: Comment[] = []
  for (const destination of destinations) {
    for (const rule of egressTo(destination)) {
      if (egress.some((other) => JSON.stringify(other) === JSON.stringify(rule))) continue
      comments.push({ path: ['spec', 'egress', egress.length], text: `For ${destination.path}.` })
      egress.push(rule)
    }
  }
  return { egress, comments }
}

/** What the gateway calls of an engine: its API, and its KV events where it routes by them. */
const portsForGateway = ({ ports }: EngineService) =>
  ports.filter(({ name }) => name !== 'nixl').map(({ port }) => port)

const portsOfAll = (engines: readonly EngineService[]) =>
  [...new Set(engines.flatMap(portsForGateway))].sort((one, other) => one - other)

function ofEngine(service: EngineService, context: KubernetesContext): ObjectArtifact {
  const { fleet, gateway, names } = context
  const part = enginePart(service)
  const callers = gateway === null ? anyPod : peer(gatewayPart, context)
  // Pods of one model that hand blocks or tensors to each other do so on ports that UCX and NCCL choose.
  const isPeered = service.nodes > 1 || service.ports.some(({ name }) => name === 'nixl')
  const peers = {
    podSelector: { matchLabels: { 'fairlead.dev/fleet': fleet.name, 'fairlead.dev/model': service.modelLabel } },
  }
  const ingress: NetworkPolicyIngressRule[] = [
    { from: [callers], ports: tcp(...portsForGateway(service)) },
    ...scrapedOn(enginePorts.http, context),
    ...(isPeered ? [{ from: [peers] }] : []),
  ]
  const destinations = engineDestinations(service, fleet)
  const needsDns = isPeered || destinations.length > 0
  const own: NetworkPolicyEgressRule[] = [...(needsDns ? [dns] : []), ...(isPeered ? [{ to: [peers] }] : [])]
  const { egress, comments } = withDestinations(own, destinations)
  const peered = 'Replicas of the model hand KV blocks and tensors to each other on ports that UCX and NCCL choose.'
  return policyOf(
    {
      name: names.engine(service),
      part,
      ingress,
      egress,
      comments: [
        ...(isPeered ? [{ path: ['spec', 'ingress', ingress.length - 1], text: peered }] : []),
        ...comments,
        ...(egress.length === 0
          ? [{ path: ['spec', 'policyTypes'], text: 'It calls nobody: its weights lie there.' }]
          : []),
      ],
    },
    context,
  )
}

/** Jobs that fill a shared volume fetch what engines would. */
function ofDownloads(context: KubernetesContext): ObjectArtifact[] {
  const { engines, fleet, names } = context
  const filled = engines.filter((service) => {
    const cache = modelCacheOf(service, context)
    return cache?.kind === 'claim' && cache.isOurs && cache.isShared
  })
  const { egress, comments } = withDestinations(
    [dns],
    filled.flatMap((service) => engineDestinations(service, fleet)),
  )
  if (egress.length === 1) return []
  return [policyOf({ name: names.named('download'), part: downloadPart, ingress: [], egress, comments }, context)]
}

function ofRedis(context: KubernetesContext): ObjectArtifact {
  const ingress = [{ from: [peer(gatewayPart, context)], ports: tcp(redisPort) }]
  return policyOf({ name: context.names.redis, part: redisPart, ingress, egress: [] }, context)
}
