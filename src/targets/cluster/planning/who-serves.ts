import { groupOf } from '../objects/object-names.ts'

/** What must be in a cluster for it to have a kind. */
interface Provider {
  /** What installs it. */
  readonly name: string
  /** Field of the Fleet by which it is done without. */
  readonly without?: string
  /** Whether a Fleet serves without objects of this group, which are left out then, with a word. */
  readonly isOptional?: boolean
}

const providers: Readonly<Record<string, Provider>> = {
  'monitoring.coreos.com': {
    name: 'the Prometheus Operator',
    without: 'targets.kubernetes.monitoring: annotations (or none)',
    isOptional: true,
  },
  'leaderworkerset.x-k8s.io': { name: 'LeaderWorkerSet', without: 'replicas that fit one machine' },
  'keda.sh': { name: 'KEDA', without: 'autoscale.by: hpa, or fairlead' },
  'cert-manager.io': { name: 'cert-manager', without: 'targets.kubernetes.ingress.tlsSecret' },
  'traefik.io': { name: 'Traefik', without: 'targets.kubernetes.ingress.kind: ingress' },
  'gateway.networking.k8s.io': { name: 'the Gateway API', without: 'targets.kubernetes.ingress.kind: ingress' },
  'inference.networking.k8s.io': { name: 'the Gateway API Inference Extension' },
  'inference.networking.x-k8s.io': { name: 'the Gateway API Inference Extension' },
  'llm-d.ai': { name: 'the router of llm-d' },
  'serving.kserve.io': { name: 'KServe', without: '--target kubernetes' },
  'serving.knative.dev': { name: 'Knative Serving', without: 'targets.kserve.mode: Standard' },
  'resource.k8s.io': {
    name: 'Kubernetes 1.34 or later with dynamic resource allocation',
    without: 'hardware.sharing other than dra',
  },
}

/** What is told of a kind that a cluster does not have. */
export interface Unserved {
  readonly detail: string
  readonly isOptional: boolean
}

/** What installs a kind, how to do without, and whether the Fleet runs without it. */
export function whoServes(apiVersion: string, kind: string): Unserved {
  const group = groupOf(apiVersion)
  const provider = providers[group]
  const by = provider === undefined ? `whatever brings API group ${group}` : provider.name
  const without = provider?.without === undefined ? '' : `; or do without: ${provider.without}`
  const isOptional = provider?.isOptional === true
  return {
    isOptional,
    detail: `the cluster has no ${kind} (${apiVersion}): install ${by}${without}${isOptional ? '; left out until then' : ''}`,
  }
}
