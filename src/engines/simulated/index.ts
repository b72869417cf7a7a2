/**
 * The simulated engine: a deterministic fake model with vLLM's HTTP surface and metric names, for trying out and for tests.
 */
import type { Engine, LaunchRequest } from '../contract.ts'
import { parseVllmLoad } from '../vllm-load.ts'

/** The simulated engine as data; its process is `src/engine-servers/simulated/`. */
export const simulatedEngine: Engine = {
  name: 'simulated',
  title: 'Simulated engine',
  runsLocally: true,
  publishesKvEvents: true,
  needsModelFile: false,
  routes: ['/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/tokenize', '/detokenize'],
  runtimeAdapters: { loadPath: '/v1/load_lora_adapter', unloadPath: '/v1/unload_lora_adapter' },
  apiKeyVariable: 'FAIRLEAD_ENGINE_API_KEY',
  readinessPath: '/health',
  metricsPath: '/metrics',
  launch: (request) => ({ program: { kind: 'server', name: 'simulated' }, args: launchArguments(request), env: {} }),
  parseLoad: parseVllmLoad,
}

function launchArguments({ model, host, port, kvEvents }: LaunchRequest): string[] {
  const isSplit = model.prefill !== undefined || model.decode !== undefined
  const settings = {
    ...model.simulated,
    maxSequences: model.maxSequences ?? model.simulated.maxSequences,
    ...(model.maxBatchedTokens !== undefined && { maxBatchedTokens: model.maxBatchedTokens }),
    ...(isSplit && model.simulated.kvConnector === 'none' && { kvConnector: 'nixl' }),
    ...(kvEvents !== undefined && { kvEvents: { ...model.simulated.kvEvents, ...kvEvents } }),
  }
  const adapters = model.adapters.filter(({ preload }) => preload).map(({ name }) => name)
  return [
    `--model=${model.name}`,
    ...(model.aliases.length > 0 ? [`--alias=${model.aliases.join(',')}`] : []),
    `--host=${host}`,
    `--port=${port}`,
    ...(model.context === undefined ? [] : [`--context=${model.context}`]),
    ...(adapters.length === 0 ? [] : [`--adapters=${adapters.join(',')}`]),
    `--settings=${JSON.stringify(settings)}`,
    ...model.engineArgs,
  ]
}
