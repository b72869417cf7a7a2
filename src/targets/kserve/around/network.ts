import {
  anyPod,
  apiServer,
  directTraffic,
  outgoingTo,
  policiesOf,
  tcp,
  weightDestinations,
  type Destination,
  type Incoming,
  type Outgoing,
  type Traffic,
} from '../../rendering/cluster/network/index.ts'
import { enginePorts, type EngineService } from '../../rendering/index.ts'
import { enginesOf, type KserveContext, type ObjectsOf } from '../context.ts'
import { modelStorage } from '../sources/index.ts'

/** Policies of pods that KServe makes, by the labels that are ours. */
export const renderNetworkPolicies: ObjectsOf = (context) => ({ objects: policiesOf(context, trafficOf(context)) })

const trafficOf = (context: KserveContext): Traffic => ({
  ...(context.isKnative ? throughKnative : throughPods(context)),
  // Fairlead scales no InferenceService.
  asksLoad: false,
  fromEngine: (service) => [...weightsOf(service, context), ...sidecarOf(service, context)],
})

/** The gateway calls pods, or what KServe routes by in its place. */
const throughPods = (context: KserveContext) =>
  directTraffic(context, { podSelector: enginesOf(context.fleet.name) }, ({ role }) => [
    ...(context.settings.kind === 'LLMInferenceService' ? [fromPicker] : []),
    // Requests get to a replica that prefills by one that decodes.
    ...(role === 'prefill' ? [] : [fromAnywhere]),
  ])

const fromAnywhere: Incoming = {
  rule: { ports: tcp(enginePorts.http) },
  text: 'From any address: by which ingress or Gateway clients come in, in which namespace or outside of the cluster, is said in\nKServe’s configuration.',
}

/** The endpoint picker that KServe puts beside an LLMInferenceService (kserve pkg/controller/v1alpha2/llmisvc, SchedulerLabels). */
const fromPicker: Incoming = {
  rule: {
    from: [
      {
        podSelector: {
          matchLabels: {
            'app.kubernetes.io/part-of': 'llminferenceservice',
            'app.kubernetes.io/component': 'llminferenceservice-router-scheduler',
          },
        },
      },
    ],
    ports: tcp(enginePorts.http),
  },
  text: 'KServe’s endpoint picker reads metrics.',
}

/**
 * Ports of Knative’s queue proxy, which stands before the engine in each pod: requests, the same over TLS within the cluster, and
 * what its autoscaler reads (knative/serving, pkg/networking/constants.go).
 */
const queueProxy = { http: 8012, https: 8112, autoscaling: 9090 } as const

const throughKnative: Pick<Traffic, 'fromGateway' | 'toEngine'> = {
  fromGateway: [
    {
      rule: { to: [anyPod] },
      text: 'Knative’s ingress gateway: its namespace and the ports of its pods depend on which one Knative was given.',
    },
  ],
  toEngine: () => [
    {
      rule: { from: [anyPod], ports: tcp(queueProxy.http, queueProxy.https) },
      text: 'Knative’s activator and ingress gateway, which is in a namespace that depends on which one Knative was given. Requests reach its\nqueue proxy alone.',
    },
    {
      rule: {
        from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'autoscaler' } } }],
        ports: tcp(queueProxy.autoscaling),
      },
      text: 'Knative’s autoscaler asks each pod how many requests it has.',
    },
  ],
}

/** What KServe’s storage initializer fetches in the engine’s pod, and the engine itself. */
function weightsOf(service: EngineService, { fleet, settings }: KserveContext): Outgoing[] {
  const { source = '', adapters, speculative } = service.model
  const stored = modelStorage(service.model) === null ? [] : [source, ...adapters.map((adapter) => adapter.source)]
  const sources = [...stored, ...(speculative?.model === undefined ? [] : [speculative.model])]
  // Images are the kubelet’s to pull.
  const fetched = sources.filter((each) => !each.startsWith('oci://'))
  const identity = settings.serviceAccount === undefined ? [] : fetched.flatMap(identityServers)
  return outgoingTo([...weightDestinations(service, fleet, fetched), ...identity])
}

/**
 * Where a pod whose account stands for an identity of a cloud gets credentials for a source, on its own node: GKE’s metadata server
 * (“Workload Identity Federation for GKE”, network policies) and the EKS Pod Identity Agent. Others are at port 443.
 */
function identityServers(source: string): Destination[] {
  const path = 'targets.kserve.serviceAccount'
  if (source.startsWith('gs://')) {
    return [
      { host: '169.254.169.252', port: 988, path },
      { host: '169.254.169.254', port: 80, path },
    ]
  }
  return source.startsWith('s3://') ? [{ host: '169.254.170.23', port: 80, path }] : []
}

/** KServe’s routing sidecar beside a decode replica looks which pods it may call. */
function sidecarOf({ role }: EngineService, { gateway, settings }: KserveContext): Outgoing[] {
  if (gateway !== null || settings.kind !== 'LLMInferenceService' || role !== 'decode') return []
  return [{ rule: apiServer, text: 'The API server, which KServe’s routing sidecar asks for the pods of its pool.' }]
}
