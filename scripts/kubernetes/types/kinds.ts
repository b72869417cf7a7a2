/** A kind that Fairlead renders or reads. */
export interface KindEntry {
  /** API group; empty for the core group. */
  readonly group: string
  readonly kind: string
  /** The TypeScript name, where another group has a kind of the same name. */
  readonly typeName?: string
  /** Served versions that older clusters have; the newest one served is taken where this is absent. */
  readonly version?: string
}

const of = (group: string, ...kinds: string[]): KindEntry[] => kinds.map((kind) => ({ group, kind }))

/** Kinds of the API server itself; their schemas come from its /openapi/v3. */
export const coreKinds: readonly KindEntry[] = [
  ...of('', 'Namespace', 'Node', 'Pod', 'Service', 'ServiceAccount', 'ConfigMap', 'Secret', 'Event'),
  ...of('', 'PersistentVolume', 'PersistentVolumeClaim', 'ResourceQuota', 'LimitRange', 'Endpoints'),
  ...of('apps', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ControllerRevision'),
  ...of('batch', 'Job', 'CronJob'),
  ...of('autoscaling', 'HorizontalPodAutoscaler'),
  ...of('policy', 'PodDisruptionBudget'),
  ...of('networking.k8s.io', 'Ingress', 'IngressClass', 'NetworkPolicy'),
  ...of('rbac.authorization.k8s.io', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'),
  ...of('scheduling.k8s.io', 'PriorityClass'),
  ...of('storage.k8s.io', 'StorageClass'),
  ...of('discovery.k8s.io', 'EndpointSlice'),
  ...of('coordination.k8s.io', 'Lease'),
  ...of('resource.k8s.io', 'ResourceClaimTemplate'),
]

/** Kinds of custom resource definitions; their schemas come from test/cluster/crds. */
export const customKinds: readonly KindEntry[] = [
  ...of('gateway.networking.k8s.io', 'GatewayClass', 'Gateway', 'HTTPRoute', 'BackendTLSPolicy', 'ReferenceGrant'),
  ...of('inference.networking.k8s.io', 'InferencePool'),
  ...of('llm-d.ai', 'InferenceObjective', 'InferenceModelRewrite'),
  { group: 'inference.networking.x-k8s.io', kind: 'InferenceObjective', typeName: 'LegacyInferenceObjective' },
  { group: 'inference.networking.x-k8s.io', kind: 'InferenceModelRewrite', typeName: 'LegacyInferenceModelRewrite' },
  ...of('leaderworkerset.x-k8s.io', 'LeaderWorkerSet'),
  ...of('keda.sh', 'ScaledObject', 'TriggerAuthentication', 'ClusterTriggerAuthentication'),
  ...of('monitoring.coreos.com', 'ServiceMonitor', 'PodMonitor', 'PrometheusRule'),
  ...of('cert-manager.io', 'Certificate', 'Issuer', 'ClusterIssuer'),
  ...of('traefik.io', 'Middleware', 'IngressRoute', 'ServersTransport'),
  ...of('serving.kserve.io', 'ServingRuntime', 'ClusterServingRuntime', 'InferenceService'),
  ...of('serving.kserve.io', 'LLMInferenceService', 'LLMInferenceServiceConfig', 'ClusterStorageContainer'),
]
