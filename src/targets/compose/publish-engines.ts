import { isIpAddress } from '../../fleet/index.ts'
import { enginePorts, type EngineService } from '../rendering/index.ts'
import type { HostLayout, Layout } from './layout.ts'

/** First port of the host for engines that others than containers of its project reach. */
const firstPort = 8000

/**
 * Ports of the host that lead to one of an engine’s services: none beside a gateway; else one for each container, on loopback, or
 * on a further host at the address by which the gateway reaches it.
 */
export function publishedPorts(engine: EngineService, replica: number, layout: Layout): string[] {
  if (layout.options.gateway && layout.host === undefined) return []
  const ports = hostPorts(engine, layout)
  const own = layout.namesOf(engine).services.length > 1 ? ports.slice(replica, replica + 1) : ports
  const [first, last] = [own[0], own.at(-1)]
  return [`${bindingOf(layout)}${first === last ? first : `${first}-${last}`}:${enginePorts.http}`]
}

/** Base URLs of an engine’s replicas on a further host. */
export const hostAddresses = (engine: EngineService, layout: HostLayout): string[] =>
  hostAuthorities(engine, layout).map((authority) => `http://${authority}`)

/** The same as host and port. */
export const hostAuthorities = (engine: EngineService, layout: HostLayout): string[] =>
  hostPorts(engine, layout).map((port) => `${bracketed(layout.host.address)}:${port}`)

/** A port for each container of an engine, after those of the engines before it. */
function hostPorts(engine: EngineService, { engines }: Pick<Layout, 'engines'>): number[] {
  const before = engines.slice(0, engines.indexOf(engine)).reduce((sum, each) => sum + containers(each), 0)
  return Array.from({ length: containers(engine) }, (_, index) => firstPort + before + index)
}

/** Docker publishes at IP addresses; of a host that has a name only, at all of its addresses. */
function bindingOf({ host }: Layout): string {
  if (host === undefined) return '127.0.0.1:'
  return isIpAddress(host.address) ? `${bracketed(host.address)}:` : ''
}

const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host)

const containers = ({ pool }: EngineService) => Math.max(1, pool.replicas.min)
