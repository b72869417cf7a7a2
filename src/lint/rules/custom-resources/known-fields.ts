/** Fields that a definition has at a path; a field that the project has added since is listed too. */
interface KnownFields {
  readonly apiVersion: string
  readonly kind: string
  readonly path: readonly string[]
  readonly fields: readonly string[]
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** `spec` of an LLMInferenceService (KServe 0.20, with rolloutStrategy and scaling.keda of its main branch). */
const llmSpec = words(
  'annotations baseRefs kvCacheOffloading labels model parallelism prefill replicas rolloutStrategy router scaling storageInitializer template tracing worker',
)

const llmService = (apiVersion: string): readonly KnownFields[] =>
  [
    { path: ['spec'], fields: llmSpec },
    { path: ['spec', 'model'], fields: words('confidential criticality lora name uri') },
    { path: ['spec', 'parallelism'], fields: words('data dataLocal dataRPCPort expert pipeline tensor') },
    {
      path: ['spec', 'prefill'],
      fields: words(
        'annotations kvCacheOffloading labels parallelism replicas rolloutStrategy scaling template worker',
      ),
    },
    { path: ['spec', 'router'], fields: words('gateway ingress route scheduler') },
    {
      path: ['spec', 'router', 'scheduler'],
      fields: words('annotations config labels pool replicas template tokenizer'),
    },
    { path: ['spec', 'scaling'], fields: words('keda maxReplicas minReplicas wva') },
  ].map(({ path, fields }) => ({ apiVersion, kind: 'LLMInferenceService', path, fields }))

/** What is recorded: the `properties` of each definition. */
export const knownFields: readonly KnownFields[] = [
  ...llmService('serving.kserve.io/v1alpha1'),
  ...llmService('serving.kserve.io/v1alpha2'),
  // kserve v0.20.0, config/crd/full/serving.kserve.io_inferenceservices.yaml
  {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    path: ['spec'],
    fields: words('canary explainer predictor transformer'),
  },
  {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    path: ['spec', 'predictor'],
    fields: words(`activeDeadlineSeconds affinity annotations autoScaling automountServiceAccountToken batcher
      canaryTrafficPercent containerConcurrency containers deploymentStrategy dnsConfig dnsPolicy enableServiceLinks
      ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride huggingface
      imagePullSecrets initContainers labels lightgbm logger maxReplicas minReplicas model name nodeName nodeSelector onnx os
      overhead paddle pmml preemptionPolicy priority priorityClassName pytorch readinessGates resourceClaims resources
      restartPolicy runtimeClassName scaleMetric scaleMetricType scaleTarget schedulerName schedulingGates securityContext
      serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace sklearn storageContainerName storageUris
      subdomain tensorflow terminationGracePeriodSeconds timeout tolerations topologySpreadConstraints triton volumes
      workerSpec xgboost`),
  },
  {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    path: ['spec', 'predictor', 'model'],
    fields:
      words(`args command confidential env envFrom image imagePullPolicy lifecycle livenessProbe modelFormat name ports
      protocolVersion readinessProbe resizePolicy resources restartPolicy restartPolicyRules runtime runtimeVersion
      securityContext startupProbe stdin stdinOnce storage storageUri storageUris terminationMessagePath
      terminationMessagePolicy tty volumeDevices volumeMounts workingDir`),
  },
  ...(['ServingRuntime', 'ClusterServingRuntime'] as const).map((kind) => ({
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind,
    path: ['spec'],
    fields: words(`affinity annotations builtInAdapter containers disabled grpcDataEndpoint grpcEndpoint hostIPC
      httpDataEndpoint imagePullSecrets labels multiModel nodeSelector protocolVersions replicas resourceClaims schedulerName storageHelper
      supportedModelFormats tolerations volumes workerSpec`),
  })),
  // gateway-api-inference-extension v1.6.0, config/crd/bases/inference.networking.k8s.io_inferencepools.yaml
  {
    apiVersion: 'inference.networking.k8s.io/v1',
    kind: 'InferencePool',
    path: ['spec'],
    fields: words('appProtocol endpointPickerRef selector targetPorts'),
  },
  // llm-d-router v0.10.0, config/crd/bases/llm-d.ai_inferenceobjectives.yaml
  {
    apiVersion: 'llm-d.ai/v1alpha2',
    kind: 'InferenceObjective',
    path: ['spec'],
    fields: words('poolRef priority'),
  },
  // keda v2.20.2, config/crd/bases/keda.sh_scaledobjects.yaml
  {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    path: ['spec'],
    fields:
      words(`advanced cooldownPeriod fallback idleReplicaCount initialCooldownPeriod maxReplicaCount minReplicaCount
      pollingInterval scaleTargetRef triggers`),
  },
  // lws v0.10.0, config/crd/bases/leaderworkerset.x-k8s.io_leaderworkersets.yaml
  {
    apiVersion: 'leaderworkerset.x-k8s.io/v1',
    kind: 'LeaderWorkerSet',
    path: ['spec'],
    fields: words('leaderWorkerTemplate networkConfig replicas rolloutStrategy startupPolicy'),
  },
]
