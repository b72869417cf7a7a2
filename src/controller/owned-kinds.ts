import type { ClusterTargetName } from '../targets/index.ts'

/** A kind that a Fleet may become objects of: they are watched, and the controller’s role is made of them. */
export interface OwnedKind {
  readonly apiVersion: string
  readonly kind: string
  /** As roles name it. */
  readonly resource: string
  readonly targets: readonly ClusterTargetName[]
}

const all = ['kubernetes', 'kserve', 'llmd'] as const

const of = (
  targets: readonly ClusterTargetName[],
  apiVersion: string,
  ...kinds: readonly (readonly [kind: string, resource: string])[]
): OwnedKind[] => kinds.map(([kind, resource]) => ({ apiVersion, kind, resource, targets }))

/**
 * Every kind in a namespace that a target renders where Fairlead’s gateway is a part of it, as of a Fleet object it always is; a
 * test renders all examples and holds them to it.
 */
export const ownedKinds: readonly OwnedKind[] = [
  ...of(all, 'v1', ['ConfigMap', 'configmaps'], ['Service', 'services'], ['ServiceAccount', 'serviceaccounts']),
  ...of(all, 'apps/v1', ['Deployment', 'deployments'], ['StatefulSet', 'statefulsets'], ['DaemonSet', 'daemonsets']),
  ...of(['kubernetes', 'llmd'], 'v1', ['PersistentVolumeClaim', 'persistentvolumeclaims']),
  ...of(['kubernetes', 'llmd'], 'batch/v1', ['Job', 'jobs']),
  ...of(['kubernetes', 'llmd'], 'rbac.authorization.k8s.io/v1', ['Role', 'roles'], ['RoleBinding', 'rolebindings']),
  ...of(all, 'v1', ['ResourceQuota', 'resourcequotas']),
  ...of(all, 'networking.k8s.io/v1', ['NetworkPolicy', 'networkpolicies'], ['Ingress', 'ingresses']),
  ...of(all, 'policy/v1', ['PodDisruptionBudget', 'poddisruptionbudgets']),
  ...of(['kubernetes', 'llmd'], 'autoscaling/v2', ['HorizontalPodAutoscaler', 'horizontalpodautoscalers']),
  ...of(['kubernetes', 'llmd'], 'keda.sh/v1alpha1', ['ScaledObject', 'scaledobjects']),
  ...of(all, 'monitoring.coreos.com/v1', ['PodMonitor', 'podmonitors'], ['PrometheusRule', 'prometheusrules']),
  ...of(all, 'gateway.networking.k8s.io/v1', ['Gateway', 'gateways'], ['HTTPRoute', 'httproutes']),
  ...of(
    all,
    'traefik.io/v1alpha1',
    ['IngressRoute', 'ingressroutes'],
    ['Middleware', 'middlewares'],
    ['ServersTransport', 'serverstransports'],
  ),
  ...of(all, 'cert-manager.io/v1', ['Certificate', 'certificates']),
  ...of(['kubernetes'], 'leaderworkerset.x-k8s.io/v1', ['LeaderWorkerSet', 'leaderworkersets']),
  ...of(all, 'resource.k8s.io/v1', ['ResourceClaimTemplate', 'resourceclaimtemplates']),
  ...of(['kserve'], 'serving.kserve.io/v1alpha1', ['ServingRuntime', 'servingruntimes']),
  ...of(['kserve'], 'serving.kserve.io/v1alpha2', ['LLMInferenceService', 'llminferenceservices']),
  ...of(['kserve'], 'serving.kserve.io/v1beta1', ['InferenceService', 'inferenceservices']),
  ...of(['llmd'], 'inference.networking.k8s.io/v1', ['InferencePool', 'inferencepools']),
  ...of(
    ['llmd'],
    'llm-d.ai/v1alpha2',
    ['InferenceObjective', 'inferenceobjectives'],
    ['InferenceModelRewrite', 'inferencemodelrewrites'],
  ),
]

/** The kinds of some targets. */
export const ownedKindsOf = (targets: readonly ClusterTargetName[]): readonly OwnedKind[] =>
  ownedKinds.filter((kind) => kind.targets.some((target) => targets.includes(target)))
