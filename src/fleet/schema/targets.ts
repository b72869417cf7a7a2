import { z } from 'zod'
import { dnsLabel, httpUrl, list, secretReference, text, textMap } from './names.ts'

/** A TCP port. */
const port = () => z.int().min(1).max(65_535)

/** The platforms that a Fleet may run on. */
export const targetNames = ['local', 'compose', 'kubernetes', 'kserve', 'llmd'] as const
/** Where a Fleet runs. */
export type TargetName = (typeof targetNames)[number]

/** A further plain host. */
const host = {
  name: dnsLabel().describe('Name of the host, as in placement.hosts.'),
  address: text(253).describe('Host name or address that the gateway reaches it at.'),
}

/** Processes on this machine, and on further plain hosts. */
const local = z.strictObject({
  hosts: list(z.strictObject(host), 256).default([]).describe('Further hosts that run replicas.'),
})

/** A Docker Compose project. */
const compose = z.strictObject({
  project: dnsLabel().optional().describe('Name of the project; the Fleet’s when absent.'),
  network: text(63).optional().describe('External network to join.'),
  furtherNetworks: list(text(63), 16).default([]).describe('Further external networks to join.'),
  serviceName: dnsLabel().optional().describe('Name that other services reach the gateway by; gateway when absent.'),
  bundle: list(z.enum(['redis', 'langfuse', 'prometheus', 'grafana']), 8)
    .default([])
    .describe('Services that run beside the gateway.'),
  hosts: list(
    z.strictObject({
      ...host,
      apiKey: secretReference().describe('Key that engines on this host ask for, and the gateway shows.'),
      gpus: z
        .int()
        .min(0)
        .max(1024)
        .default(0)
        .describe('GPUs of the host that replicas of models without placement.hosts may take.'),
    }),
    64,
  )
    .default([])
    .describe('Further Docker hosts that run engines, each with a project of its own.'),
})

/** What every target on Kubernetes knows. */
const cluster = {
  context: text(253).optional().describe('Context of the kubeconfig; the current one when absent.'),
  namespace: dnsLabel().default('default').describe('Namespace of every object.'),
  labels: textMap().default({}).describe('Labels of every object.'),
  annotations: textMap().default({}).describe('Annotations of every object.'),
  runtimeClass: dnsLabel()
    .optional()
    .describe('RuntimeClass of pods with GPUs, such as nvidia on k3s; the nodes’ own runtime when absent.'),
}

/** How clients reach the gateway. */
const waysIn = {
  serviceType: z
    .enum(['ClusterIP', 'NodePort', 'LoadBalancer'])
    .default('ClusterIP')
    .describe('Type of the gateway’s Service.'),
  serviceName: dnsLabel().optional().describe('Name of the gateway’s Service; the Fleet’s when absent.'),
  servicePort: port().optional().describe('Port of the gateway’s Service; that of gateway.listen when absent.'),
  serviceAliases: list(
    z.strictObject({
      name: dnsLabel().describe('Name of the Service.'),
      port: port().optional().describe('Its port; as the gateway’s Service when absent.'),
    }),
    64,
  )
    .default([])
    .describe('Further Services that lead to the gateway, so that clients keep the names that they know.'),
  sessionAffinity: z.boolean().default(false).describe('Whether a client stays with one gateway for an hour.'),
  ingress: z
    .strictObject({
      kind: z.enum(['ingress', 'gatewayApi', 'traefik']).default('ingress').describe('How clients come in.'),
      host: text(253).describe('Host name that clients use.'),
      className: text(253).optional().describe('IngressClass or GatewayClass.'),
      tlsSecret: text(253).optional().describe('Secret with the certificate.'),
      clusterIssuer: text(253).optional().describe('Issuer of cert-manager that makes it.'),
    })
    .optional()
    .describe('How clients outside the cluster come in.'),
}

/** What stands around workloads, whoever makes their pods. */
const surroundings = {
  networkPolicy: z.boolean().default(true).describe('Whether only the traffic that is needed gets through.'),
  monitoring: z
    .enum(['operator', 'annotations', 'none'])
    .default('operator')
    .describe('How Prometheus finds the metrics.'),
  prometheus: httpUrl()
    .default('http://prometheus-operated.monitoring.svc:9090')
    .describe('Address of Prometheus, which autoscalers ask.'),
  gpuQuota: z.int().min(0).max(100_000).optional().describe('GPUs that the namespace may use.'),
  quota: textMap().default({}).describe('Further limits of the namespace’s ResourceQuota, such as requests.cpu: "64".'),
}

/** Plain Kubernetes. */
const kubernetes = z.strictObject({
  ...cluster,
  ...waysIn,
  discovery: z
    .enum(['endpointSlices', 'dns'])
    .default('endpointSlices')
    .describe(
      'How the gateway finds engines: by what the cluster knows of each pod, which takes the right to read EndpointSlices; or by DNS alone.',
    ),
  ...surroundings,
})

/** KServe. */
const kserve = z.strictObject({
  ...cluster,
  ...waysIn,
  ...surroundings,
  kind: z
    .enum(['InferenceService', 'LLMInferenceService'])
    .default('InferenceService')
    .describe('Kind that models become.'),
  mode: z.enum(['Standard', 'Knative']).default('Standard').describe('Deployment mode of InferenceServices.'),
  serviceAccount: dnsLabel().optional().describe('Service account with the storage secrets.'),
})

/** llm-d. */
const llmd = z.strictObject({
  ...cluster,
  ...waysIn,
  ...surroundings,
  mode: z
    .enum(['standalone', 'gateway'])
    .default('standalone')
    .describe('Whether its own proxy or a Gateway is in front.'),
  gatewayClass: text(253).optional().describe('GatewayClass, for mode gateway.'),
})

/** What differs from platform to platform. */
export const targets = z.strictObject({
  default: z.enum(targetNames).default('local').describe('Platform of commands that name none.'),
  local: local.prefault({}).describe('Processes on this machine.'),
  compose: compose.prefault({}).describe('A Docker Compose project.'),
  kubernetes: kubernetes.prefault({}).describe('Plain Kubernetes.'),
  kserve: kserve.prefault({}).describe('KServe.'),
  llmd: llmd.prefault({}).describe('The router and pools of llm-d.'),
})
