import { engineRoutes } from '../../simulated/engine-routes.ts'
import { faultsRoutes } from '../../simulated/faults-routes.ts'
import { SimulatedBackend, type SimulatedSettings } from '../../simulated/index.ts'
import { parseSettings } from '../../simulated/settings.ts'
import type { SimulatedOptions } from '../../simulated/simulated-backend.ts'
import { startServer, type RunningServer, type ServerOptions } from '../index.ts'

/** A simulated engine that listens in this process. */
export interface SimulatedServer extends RunningServer {
  readonly backend: SimulatedBackend
}

/** Starts one, fast unless told otherwise. */
export async function startSimulated(
  settings: Partial<SimulatedSettings> = {},
  options: Partial<ServerOptions> & {
    readonly contextLength?: number
    readonly modelNames?: readonly string[]
    readonly engine?: Pick<SimulatedOptions, 'publisher' | 'sideChannelHost' | 'leaseMs'>
  } = {},
): Promise<SimulatedServer> {
  const { contextLength = 4096, modelNames = ['smol', 'smol-alias'], engine, ...serverOptions } = options
  const backend = new SimulatedBackend({
    modelNames,
    contextLength,
    settings: { ...parseSettings(JSON.stringify({ ttft: 1, tokensPerSecond: 2000 })), ...settings },
    ...engine,
  })
  const server = await startServer({
    backend,
    host: '127.0.0.1',
    port: 0,
    metricsStyle: 'vllm',
    version: 'test',
    extraRoutes: [...faultsRoutes(backend), ...engineRoutes(backend)],
    ...serverOptions,
  })
  return { ...server, backend }
}
