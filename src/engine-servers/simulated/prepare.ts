import type { Environment } from '../../files/index.ts'
import { parseProcessArguments, type EngineProcessOptions } from '../serving/index.ts'
import { adapterRoutes } from './adapter-routes.ts'
import { engineRoutes } from './engine-routes.ts'
import { faultsRoutes } from './faults-routes.ts'
import { KvPublisher } from './kv-events/index.ts'
import { parseSettings } from './settings.ts'
import { SimulatedBackend } from './simulated-backend.ts'

/** Context of a simulated model whose Fleet names none. */
const defaultContextLength = 8192

/**
 * What a simulated engine runs, from its command line:
 * `--model NAME [--alias A,B] [--host H] [--port N] [--context N] [--grace-ms N] [--adapters A,B] [--settings JSON]`.
 * `FAIRLEAD_ENGINE_API_KEY` is the key that paths below `/v1` ask for; they are open without.
 * `VLLM_NIXL_SIDE_CHANNEL_HOST` is the host under which other engines fetch prompts, as vLLM has it.
 */
export async function prepareSimulated(
  argv: readonly string[],
  environment: Environment = {},
): Promise<EngineProcessOptions & { readonly backend: SimulatedBackend }> {
  const { modelNames, host, port, context, graceMs, extra } = parseProcessArguments(argv, ['settings', 'adapters'])
  const settings = parseSettings(extra.settings)
  const { endpoint, ...further } = settings.kvEvents
  const publisher = endpoint === undefined ? undefined : await KvPublisher.open({ ...further, endpoint })
  const backend = new SimulatedBackend({
    modelNames,
    adapters: (extra.adapters ?? '').split(',').filter((name) => name !== ''),
    contextLength: context ?? defaultContextLength,
    settings,
    publisher,
    sideChannelHost: environment['VLLM_NIXL_SIDE_CHANNEL_HOST'],
  })
  return {
    backend,
    host,
    port,
    graceMs,
    metricsStyle: 'vllm',
    version: 'simulated',
    apiKey: environment['FAIRLEAD_ENGINE_API_KEY'],
    extraRoutes: [...faultsRoutes(backend), ...engineRoutes(backend), ...adapterRoutes(backend)],
  }
}
