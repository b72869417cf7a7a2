import { parseProcessArguments, type EngineProcessOptions } from '../serving/index.ts'
import { faultsRoutes } from './faults-routes.ts'
import { parseSettings } from './settings.ts'
import { SimulatedBackend } from './simulated-backend.ts'

/** Context of a simulated model whose Fleet names none. */
const defaultContextLength = 8192

/**
 * What a simulated engine runs, from its command line:
 * `--model NAME [--alias A,B] [--host H] [--port N] [--context N] [--grace-ms N] [--settings JSON]`.
 */
export function prepareSimulated(argv: readonly string[]): EngineProcessOptions {
  const { modelNames, host, port, context, graceMs, extra } = parseProcessArguments(argv, ['settings'])
  const backend = new SimulatedBackend({
    modelNames,
    contextLength: context ?? defaultContextLength,
    settings: parseSettings(extra.settings),
  })
  return {
    backend,
    host,
    port,
    graceMs,
    metricsStyle: 'vllm',
    version: 'simulated',
    extraRoutes: faultsRoutes(backend),
  }
}
