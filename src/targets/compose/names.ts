import type { EngineService } from '../rendering/index.ts'
import type { GpuAssignment } from './gpus.ts'

/** Names of services that are not engines. */
export const serviceNames = {
  redis: 'redis',
  prometheus: 'prometheus',
  grafana: 'grafana',
  gpuExporter: 'gpu-exporter',
  langfuseWeb: 'langfuse-web',
  langfuseWorker: 'langfuse-worker',
  langfusePostgres: 'langfuse-postgres',
  langfuseClickhouse: 'langfuse-clickhouse',
  langfuseRedis: 'langfuse-redis',
  langfuseStorage: 'langfuse-storage',
} as const

/** What an engine’s services are called. */
export interface EngineNames {
  /** The name whose addresses are its replicas. */
  readonly host: string
  /** A service for each replica that has GPUs of its own, else one for all. */
  readonly services: readonly string[]
  /** The service that fetches its weights. */
  readonly weights: string
}

/** Names of every engine, none of which is the gateway’s, another service’s or another engine’s. */
export function nameEngines(
  engines: readonly EngineService[],
  gpus: ReadonlyMap<string, GpuAssignment>,
  gatewayName: string,
): ReadonlyMap<string, EngineNames> {
  const taken = new Set<string>([gatewayName, ...Object.values(serviceNames)])
  const take = (wanted: string): string => {
    let name = wanted
    while (taken.has(name)) name = `${name}-model`
    taken.add(name)
    return name
  }
  // Hosts first: they are what a person looks for.
  const hosts = engines.map((engine) => ({ engine, host: take(engine.name) }))
  return new Map(
    hosts.map(({ engine, host }) => {
      const places = gpus.get(engine.name)?.places ?? []
      const services = places.length > 1 ? places.map((_, index) => take(`${host}-${index}`)) : [host]
      return [engine.name, { host, services, weights: take(`${host}-weights`) }]
    }),
  )
}
