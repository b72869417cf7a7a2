import type { Container, PodSpec, Probe } from '../../../kubernetes/index.ts'
import { containerSecurityContext, ownSecurity, podSecurityContext } from '../../rendering/cluster/index.ts'
import type { LlmdContext } from '../context.ts'
import type { ModelPool } from '../pools/index.ts'
import { images, routerPorts } from '../release.ts'

/** Seconds in which a Service takes a pod out that is about to stop. */
const stopAfterSeconds = 5

/** The picker, and in mode standalone Envoy beside it. */
export function pickerPod(pool: ModelPool, context: LlmdContext): PodSpec {
  const { fleet, llmd } = context
  const pullSecrets = fleet.storage.images.pullSecrets
  const grace = Math.max(...pool.services.map(({ graceSeconds }) => graceSeconds))
  return {
    serviceAccountName: pool.picker,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: grace + stopAfterSeconds,
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
    securityContext: podSecurityContext(ownSecurity, false),
    containers: [pickerContainer(pool, context), ...(llmd.mode === 'standalone' ? [proxyContainer(context)] : [])],
    volumes: [
      { name: 'config', configMap: { name: pool.picker } },
      { name: 'tmp', emptyDir: {} },
    ],
  }
}

const mounts = [
  { name: 'config', mountPath: '/config', readOnly: true },
  { name: 'tmp', mountPath: '/tmp' },
]

function pickerContainer(pool: ModelPool, { fleet, namespace }: LlmdContext): Container {
  const health: Probe = { grpc: { port: routerPorts.pickerHealth, service: 'inference-extension' } }
  return {
    name: 'picker',
    image: images(fleet).picker,
    imagePullPolicy: fleet.storage.images.pullPolicy,
    command: ['/app/epp'],
    args: [
      `--pool-name=${pool.name}`,
      `--pool-namespace=${namespace}`,
      '--pool-group=inference.networking.k8s.io',
      '--config-file=/config/picker.yaml',
      `--grpc-health-port=${routerPorts.pickerHealth}`,
      '--zap-encoder=json',
      '--tracing=false',
      '--metrics-endpoint-auth=false',
    ],
    env: [
      { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ],
    ports: [
      { name: 'grpc', containerPort: routerPorts.picker },
      { name: 'grpc-health', containerPort: routerPorts.pickerHealth },
      { name: 'metrics', containerPort: routerPorts.pickerMetrics },
    ],
    startupProbe: { ...health, periodSeconds: 2, failureThreshold: 60 },
    readinessProbe: { ...health, periodSeconds: 2 },
    livenessProbe: { ...health, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    lifecycle: { preStop: { sleep: { seconds: stopAfterSeconds } } },
    resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { memory: '16Gi' } },
    securityContext: containerSecurityContext(ownSecurity),
    volumeMounts: mounts,
  }
}

function proxyContainer({ fleet }: LlmdContext): Container {
  const ready = { httpGet: { path: '/ready', port: 'ready' } }
  return {
    name: 'proxy',
    image: images(fleet).proxy,
    imagePullPolicy: fleet.storage.images.pullPolicy,
    command: ['envoy'],
    args: ['--log-level', 'warn', '--drain-strategy', 'immediate', '--drain-time-s', '60', '-c', '/config/envoy.yaml'],
    ports: [
      { name: 'http', containerPort: routerPorts.http },
      { name: 'ready', containerPort: routerPorts.proxyReady },
    ],
    startupProbe: { ...ready, periodSeconds: 1, failureThreshold: 60 },
    readinessProbe: { ...ready, periodSeconds: 2 },
    livenessProbe: { ...ready, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    lifecycle: { preStop: { sleep: { seconds: stopAfterSeconds } } },
    resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '4Gi' } },
    securityContext: containerSecurityContext(ownSecurity),
    volumeMounts: mounts,
  }
}
