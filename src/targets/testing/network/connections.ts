import { BlockList } from 'node:net'
import type {
  IPBlock,
  KubernetesObject,
  LabelSelector,
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../../../kubernetes/index.ts'

/** A pod as policies know it. */
export interface PolicyPod {
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
}

/** Who takes part in a connection: a pod, or an IPv4 address that is no pod’s. */
export type Party = PolicyPod | { readonly address: string }

/** A port that is asked. */
export interface AskedPort {
  readonly port: number
  readonly protocol?: 'TCP' | 'UDP'
}

/**
 * Whether NetworkPolicies let a party open a connection to another, as Kubernetes has it: policies of both ends must, and a pod
 * that none selects is open (https://kubernetes.io/docs/concepts/services-networking/network-policies/). Named ports are not known.
 */
export function mayConnect(objects: readonly KubernetesObject[], from: Party, to: Party, asked: AskedPort): boolean {
  const policies = objects.filter(
    (object): object is NetworkPolicy & KubernetesObject => object.kind === 'NetworkPolicy',
  )
  return leaves(policies, from, to, asked) && arrives(policies, from, to, asked)
}

function leaves(policies: readonly NetworkPolicy[], from: Party, to: Party, asked: AskedPort): boolean {
  if ('address' in from) return true
  const own = policies.filter((policy) => isOf(policy, from, 'Egress'))
  const takes = (rule: NetworkPolicyEgressRule, policy: NetworkPolicy) =>
    isAmong(rule.to, to, policy) && hasPort(rule.ports, asked)
  return own.length === 0 || own.some((policy) => policy.spec?.egress?.some((rule) => takes(rule, policy)) ?? false)
}

function arrives(policies: readonly NetworkPolicy[], from: Party, to: Party, asked: AskedPort): boolean {
  if ('address' in to) return true
  const own = policies.filter((policy) => isOf(policy, to, 'Ingress'))
  const takes = (rule: NetworkPolicyIngressRule, policy: NetworkPolicy) =>
    isAmong(rule.from, from, policy) && hasPort(rule.ports, asked)
  return own.length === 0 || own.some((policy) => policy.spec?.ingress?.some((rule) => takes(rule, policy)) ?? false)
}

const namespaceOf = ({ metadata }: NetworkPolicy) => metadata.namespace ?? 'default'

const isOf = (policy: NetworkPolicy, pod: PolicyPod, direction: 'Ingress' | 'Egress') =>
  namespaceOf(policy) === pod.namespace &&
  (policy.spec?.policyTypes?.includes(direction) ?? false) &&
  matches(policy.spec?.podSelector ?? {}, pod.labels)

/** A selector over labels; requirements other than Exists are none of ours. */
export function matches(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator }) => operator === 'Exists' && key in labels)
  )
}

const isAmong = (peers: readonly NetworkPolicyPeer[] | undefined, party: Party, policy: NetworkPolicy) =>
  peers === undefined || peers.some((peer) => isPeer(peer, party, policy))

function isPeer({ ipBlock, namespaceSelector, podSelector }: NetworkPolicyPeer, party: Party, policy: NetworkPolicy) {
  if ('address' in party) return ipBlock !== undefined && isWithin(ipBlock, party.address)
  if (ipBlock !== undefined) return false
  const isInNamespace =
    namespaceSelector === undefined
      ? party.namespace === namespaceOf(policy)
      : matches(namespaceSelector, { 'kubernetes.io/metadata.name': party.namespace })
  return isInNamespace && matches(podSelector ?? {}, party.labels)
}

const isWithin = ({ cidr, except = [] }: IPBlock, address: string) =>
  holds(cidr, address) && !except.some((each) => holds(each, address))

function holds(cidr: string, address: string): boolean {
  const [network = '', length = ''] = cidr.split('/')
  if (network.includes(':')) return false
  const block = new BlockList()
  block.addSubnet(network, Number(length))
  return block.check(address)
}

const hasPort = (ports: readonly NetworkPolicyPort[] | undefined, { port, protocol = 'TCP' }: AskedPort) =>
  ports === undefined || ports.some((each) => each.port === port && (each.protocol ?? 'TCP') === protocol)
