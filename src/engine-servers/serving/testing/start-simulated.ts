import { faultsRoutes } from '../../simulated/faults-routes.ts'
import { SimulatedBackend, type SimulatedSettings } from '../../simulated/index.ts'
import { startServer, type RunningServer, type ServerOptions } from '../index.ts'

/** A simulated engine that listens in this process. */
export interface SimulatedServer extends RunningServer {
  readonly backend: SimulatedBackend
}

/** Starts one, fast unless told otherwise. */
export async function startSimulated(
  settings: Partial<SimulatedSettings> = {},
  options: Partial<ServerOptions> & { readonly contextLength?: number } = {},
): Promise<SimulatedServer> {
  const { contextLength = 4096, ...serverOptions } = options
  const backend = new SimulatedBackend({
    modelNames: ['smol', 'smol-alias'],
    contextLength,
    settings: {
      ttft: 1,
      tokensPerSecond: 2000,
      maxSequences: 8,
      loadTime: 0,
      failEvery: 0,
      hangEvery: 0,
      dieEvery: 0,
      ...settings,
    },
  })
  const server = await startServer({
    backend,
    host: '127.0.0.1',
    port: 0,
    metricsStyle: 'vllm',
    version: 'test',
    extraRoutes: faultsRoutes(backend),
    ...serverOptions,
  })
  return { ...server, backend }
}
