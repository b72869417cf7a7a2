import type { Fleet } from '../../../../fleet/index.ts'
import type { KubernetesContext } from '../../context.ts'

/** `targets.kubernetes.ingress`. */
export type IngressSettings = NonNullable<Fleet['targets']['kubernetes']['ingress']>

/** What a way in is made from. */
export interface WayIn {
  readonly context: KubernetesContext
  readonly settings: IngressSettings
  /** Secret with the certificate; undefined for plain HTTP. */
  readonly tlsSecret: string | undefined
  readonly limits: WayInLimits
}

/** What a proxy before the gateway must let through. */
export interface WayInLimits {
  /** Seconds in which an answer that does not stream may be silent, and a stream may last: no proxy cuts before the gateway. */
  readonly seconds: number
  /** Bytes of the largest request. */
  readonly bodyBytes: number
}

/** Seconds that a proxy waits longer than the gateway, so that the gateway’s own answer on a deadline gets through. */
const spare = 10

/** The longest deadline of any model. */
export function limitsOf({ models, gateway }: Fleet): WayInLimits {
  const longest = Math.max(gateway.deadlines.total, ...models.map(({ deadlines }) => deadlines.total))
  return { seconds: Math.ceil(longest / 1_000) + spare, bodyBytes: gateway.bodyLimit }
}
