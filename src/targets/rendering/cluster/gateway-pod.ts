import type { PodSpec, Volume, VolumeProjection } from '../../../kubernetes/index.ts'
import type { GatewayService } from '../gateway-service.ts'
import { gatewayFolder, gatewayPorts, secretsFolder } from '../gateway-service.ts'
import type { Commented } from './commented.ts'
import { gatewayPart, type ClusterContext } from './context.ts'
import { envVars, literal } from './container-environment.ts'
import { probesAt } from './container-probes.ts'
import { containerSecurityContext, ownSecurity, podSecurityContext } from './container-security.ts'
import { gatewayFiles } from './gateway-secrets.ts'
import { spreadOverHosts } from './placement.ts'
import { byteQuantity, cpuQuantity } from './quantities.ts'
import { stateEnvironment } from './state.ts'

/** Seconds in which Services and load balancers take a pod out that is about to stop. */
const stopAfterSeconds = 5

/** The pod of the gateway. */
export function gatewayPod(gateway: GatewayService, context: ClusterContext): Commented<PodSpec> {
  const { fleet, names, selector, asksCluster } = context
  const { cpu, cpuLimit, memory, memoryRequest } = gateway.resources
  const pullSecrets = fleet.storage.images.pullSecrets
  const files = gatewayFiles(fleet, names.secrets)
  const volumes: Volume[] = [
    { name: 'config', projected: { sources: [configMapOf(gateway, names.gateway), ...files.beside] } },
    ...(files.secrets.length === 0 ? [] : [{ name: 'secrets', projected: { sources: files.secrets } }]),
    ...files.folders.map(({ name, sources }) => ({ name, projected: { sources } })),
    { name: 'state', emptyDir: {} },
    { name: 'tmp', emptyDir: {} },
  ]
  const value: PodSpec = {
    serviceAccountName: names.gateway,
    automountServiceAccountToken: asksCluster,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: gateway.graceSeconds + stopAfterSeconds,
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
    ...(gateway.replicas > 1 ? { topologySpreadConstraints: [spreadOverHosts(selector(gatewayPart))] } : {}),
    securityContext: podSecurityContext(ownSecurity, false),
    containers: [
      {
        name: 'gateway',
        image: gateway.image,
        imagePullPolicy: fleet.storage.images.pullPolicy,
        command: gateway.command.map(literal),
        env: envVars([...stateEnvironment(context), ...gateway.environment], names.secrets),
        ports: [
          { name: 'http', containerPort: gatewayPorts.http },
          { name: 'admin', containerPort: gatewayPorts.admin },
        ],
        ...probesAt(gateway.probes, 'admin'),
        lifecycle: { preStop: { sleep: { seconds: stopAfterSeconds } } },
        resources: {
          requests: { cpu: cpuQuantity(cpu), memory: byteQuantity(memoryRequest) },
          limits: { ...(cpuLimit === undefined ? {} : { cpu: cpuQuantity(cpuLimit) }), memory: byteQuantity(memory) },
        },
        securityContext: containerSecurityContext(ownSecurity),
        volumeMounts: [
          { name: 'config', mountPath: gatewayFolder, readOnly: true },
          ...(files.secrets.length === 0 ? [] : [{ name: 'secrets', mountPath: secretsFolder, readOnly: true }]),
          ...files.folders.map(({ name, path }) => ({ name, mountPath: path, readOnly: true })),
          { name: 'state', mountPath: stateFolder },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes,
  }
  return {
    value,
    comments: [
      ...(asksCluster
        ? [{ path: ['automountServiceAccountToken'], text: 'By which it asks the cluster where engines are.' }]
        : []),
      {
        path: ['containers', 0, 'startupProbe'],
        text: 'On the admin port, which asks probes for no key and no certificate.',
      },
      ...(cpuLimit === undefined
        ? [
            {
              path: ['containers', 0, 'resources'],
              text: 'No CPU limit: throttling would show as latency of every stream. gateway.resources.cpuLimit sets one.',
            },
          ]
        : []),
    ],
  }
}

/** Home of the user in our image, which writes nowhere else. */
const stateFolder = '/var/lib/fairlead'

const configMapOf = ({ files }: GatewayService, name: string): VolumeProjection => ({
  configMap: { name, items: Object.keys(files).map((key) => ({ key, path: key })) },
})
