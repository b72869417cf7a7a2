import { isIP } from 'node:net'
import type { NetworkPolicyEgressRule, NetworkPolicyPeer, NetworkPolicyPort } from '../../../../kubernetes/index.ts'
import { controllerName } from '../../../scaling/index.ts'
import type { Destination } from './destinations.ts'
import type { Outgoing } from './policy.ts'

/** Ports of TCP. */
export const tcp = (...ports: readonly number[]): NetworkPolicyPort[] =>
  ports.map((port) => ({ protocol: 'TCP' as const, port }))

/** Pods of any namespace. */
export const anyPod: NetworkPolicyPeer = { namespaceSelector: {} }

/** Prometheus, by the name that its operator and its charts give to its pods, in any namespace. */
export const prometheus: NetworkPolicyPeer = {
  namespaceSelector: {},
  podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } },
}

/** Address of NodeLocal DNSCache (https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/). */
const nodeLocalDns = '169.254.20.10/32'
/** Where clouds hand out credentials of nodes: no pod has business there. */
const linkLocal = '169.254.0.0/16'

/** The controller of Fairlead, in any namespace: who may reach a port still needs a key. */
export const controller: NetworkPolicyPeer = {
  namespaceSelector: {},
  podSelector: { matchLabels: { 'app.kubernetes.io/name': controllerName } },
}

/** The cluster’s DNS, which has this label in every common distribution. */
export const dns: NetworkPolicyEgressRule = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
    { ipBlock: { cidr: nodeLocalDns } },
  ],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
}

const anywhere: readonly NetworkPolicyPeer[] = [
  { ipBlock: { cidr: '0.0.0.0/0', except: [linkLocal] } },
  { ipBlock: { cidr: '::/0' } },
]

/**
 * The API server, which is no pod: a policy knows its address only, and no file does before it is applied. Ports of its Service
 * and of what is behind it.
 */
export const apiServer: NetworkPolicyEgressRule = { to: anywhere, ports: tcp(443, 6443) }

/**
 * What lets pods call a place. A policy knows addresses and pods and no names: a name inside the cluster means the pods of its
 * namespace, on any port, since a Service’s port is not its pods’; a name outside means every address, on its port.
 */
function egressTo({ host, port }: Destination): NetworkPolicyEgressRule[] {
  if (host === 'localhost' || host.startsWith('127.') || host === '::1') return []
  const version = isIP(host)
  if (version !== 0) return [{ to: [{ ipBlock: { cidr: `${host}/${version === 4 ? 32 : 128}` } }], ports: tcp(port) }]
  const [, namespace] = /^[^.]+\.([^.]+)(?:\.svc(?:\..*)?)$/.exec(host) ?? []
  if (namespace !== undefined) {
    return [{ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }] }]
  }
  if (host !== '*' && !host.includes('.')) return [{ to: [{ podSelector: {} }] }]
  return [{ to: anywhere, ports: tcp(port) }]
}

/** Rules for places outside the Fleet, each with the field that names it. */
export const outgoingTo = (destinations: readonly Destination[]): Outgoing[] =>
  destinations.flatMap((destination) =>
    egressTo(destination).map((rule) => ({ rule, text: `For ${destination.path}.` })),
  )
