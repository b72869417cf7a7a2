import type { Fleet } from '../../fleet/index.ts'

/** The project’s own networks. Docker makes those only that some service joins. */
export const networks = {
  /** The gateway, the engines, and who reads their metrics. */
  engines: 'engines',
  /** The gateway and its Redis: engines, which may run code of a model, do not reach it. */
  state: 'state',
  /** Prometheus and Grafana. */
  observability: 'observability',
  /** Langfuse and its databases. */
  langfuse: 'langfuse',
} as const

/** Networks that a service joins under its own name, in the form that Compose wants. */
export const joining = (...names: readonly string[]): Record<string, null> =>
  Object.fromEntries(names.map((name) => [name, null]))

/** Networks outside of the project that the gateway joins, by a key of the Compose file. */
export function externalNetworks({ targets }: Fleet): ReadonlyMap<string, string> {
  const { network, furtherNetworks } = targets.compose
  const names = new Set([...(network === undefined ? [] : [network]), ...furtherNetworks])
  return new Map([...names].map((name, index) => [`external${index === 0 ? '' : index + 1}`, name]))
}
