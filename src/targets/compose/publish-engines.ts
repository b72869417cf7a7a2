import { enginePorts, type EngineService } from '../rendering/index.ts'
import type { Layout } from './layout.ts'

/** First port of the host for engines, where no gateway is in front of them. */
const firstPort = 8000

/** Ports of the host that lead to one of an engine’s services: none beside a gateway; else one for each container, on loopback. */
export function publishedPorts(
  engine: EngineService,
  replica: number,
  { engines, options, namesOf }: Pick<Layout, 'engines' | 'options' | 'namesOf'>,
): string[] {
  if (options.gateway) return []
  const before = engines.slice(0, engines.indexOf(engine)).reduce((sum, each) => sum + containers(each), 0)
  const first = firstPort + before + replica
  const count = namesOf(engine).services.length > 1 ? 1 : containers(engine)
  return [`127.0.0.1:${count === 1 ? first : `${first}-${first + count - 1}`}:${enginePorts.http}`]
}

const containers = ({ pool }: EngineService) => Math.max(1, pool.replicas.min)
