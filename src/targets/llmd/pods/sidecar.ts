import type { Container, PodSpec, Volume } from '../../../kubernetes/index.ts'
import { containerSecurityContext, ownSecurity, type ClusterContext } from '../../rendering/cluster/index.ts'
import { images, routerPorts } from '../release.ts'

/** Where client libraries of Kubernetes look for their account’s token. */
const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Name of the account of pods that decode, whose sidecars look which pods are in their pool. */
export const decodeAccount = ({ names }: Pick<ClusterContext, 'names'>): string => names.named('llmd-decode')

/** The pod of an engine that decodes, llm-d’s sidecar in front of it. */
export function withSidecar(pod: PodSpec, pool: string, context: ClusterContext): PodSpec {
  return {
    ...pod,
    serviceAccountName: decodeAccount(context),
    initContainers: [...(pod.initContainers ?? []), sidecar(pool, context)],
    volumes: [...(pod.volumes ?? []), token],
  }
}

/** A native sidecar: it starts before the engine, and stops after it. */
const sidecar = (pool: string, { fleet, namespace }: ClusterContext): Container => ({
  name: 'routing-sidecar',
  image: images(fleet).sidecar,
  imagePullPolicy: fleet.storage.images.pullPolicy,
  restartPolicy: 'Always',
  command: ['/app/pd-sidecar'],
  args: [
    `--port=${routerPorts.member}`,
    `--vllm-port=${routerPorts.behindSidecar}`,
    '--kv-connector=nixlv2',
    '--secure-proxy=false',
    '--enable-ssrf-protection=true',
    `--inference-pool=${namespace}/${pool}`,
  ],
  ports: [{ name: 'sidecar', containerPort: routerPorts.member }],
  readinessProbe: { tcpSocket: { port: 'sidecar' }, periodSeconds: 2 },
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '1Gi' } },
  securityContext: {
    ...containerSecurityContext(ownSecurity),
    runAsNonRoot: true,
    runAsUser: ownSecurity.user?.id,
    runAsGroup: ownSecurity.user?.group,
  },
  volumeMounts: [{ name: 'api-access', mountPath: tokenPath, readOnly: true }],
})

/** What the kubelet mounts by itself into pods that may ask the API server; here only the sidecar gets it. */
const token: Volume = {
  name: 'api-access',
  projected: {
    sources: [
      { serviceAccountToken: { path: 'token', expirationSeconds: 3_607 } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
    ],
  },
}
