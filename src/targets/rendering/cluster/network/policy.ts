import type {
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
} from '../../../../kubernetes/index.ts'
import type { Comment, ObjectArtifact } from '../../artifact.ts'
import type { ClusterContext, PartOfFleet } from '../context.ts'

/** A rule of a policy, with what its reader should know of it. */
interface Told<Rule> {
  readonly rule: Rule
  readonly text?: string
}

/** Who may call pods. */
export type Incoming = Told<NetworkPolicyIngressRule>
/** Whom pods may call. */
export type Outgoing = Told<NetworkPolicyEgressRule>

/** What gets to the pods of a part of a Fleet, and what they get to; of equal rules the first stays. */
interface Rules {
  readonly name: string
  readonly part: PartOfFleet
  readonly ingress: readonly Incoming[]
  readonly egress: readonly Outgoing[]
  /** Of the policy as a whole. */
  readonly text?: string
}

/** The policy of a part. */
export function policyOf(
  { name, part, text, ...rules }: Rules,
  { metadata, selector }: Pick<ClusterContext, 'metadata' | 'selector'>,
): ObjectArtifact {
  const ingress = distinct(rules.ingress)
  const egress = distinct(rules.egress)
  const object: NetworkPolicy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(name, part),
    spec: {
      podSelector: { matchLabels: selector(part) },
      policyTypes: ['Ingress', 'Egress'],
      ...(ingress.length === 0 ? {} : { ingress: ingress.map(({ rule }) => rule) }),
      ...(egress.length === 0 ? {} : { egress: egress.map(({ rule }) => rule) }),
    },
  }
  const whole = text === undefined ? [] : [{ path: ['spec', 'policyTypes'], text }]
  return { kind: 'object', object, comments: [...whole, ...told('ingress', ingress), ...told('egress', egress)] }
}

function distinct<Rule>(rules: readonly Told<Rule>[]): Told<Rule>[] {
  const seen = new Map<string, Told<Rule>>()
  for (const each of rules) {
    const key = JSON.stringify(each.rule)
    if (!seen.has(key)) seen.set(key, each)
  }
  return [...seen.values()]
}

const told = (direction: 'ingress' | 'egress', rules: readonly Told<unknown>[]): Comment[] =>
  rules.flatMap(({ text }, index) => (text === undefined ? [] : [{ path: ['spec', direction, index], text }]))

/** The pods of a part of the Fleet, in its namespace. */
export const podsOf = (part: PartOfFleet, { selector }: Pick<ClusterContext, 'selector'>): NetworkPolicyPeer => ({
  podSelector: { matchLabels: selector(part) },
})
