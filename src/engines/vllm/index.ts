/**
 * vLLM: safetensors models on GPUs; the `vllm` of PATH on this machine, its image elsewhere.
 */
import { UserError } from '../../errors/index.ts'
import type { Engine, Launch, LaunchRequest } from '../contract.ts'
import { settingsOf } from '../settings/index.ts'
import { parseVllmLoad } from '../vllm-load.ts'
import { vllmArguments } from './arguments.ts'

/** Without it vLLM has no paths to load adapters by (vllm/envs.py). */
const runtimeAdaptersVariable = 'VLLM_ALLOW_RUNTIME_LORA_UPDATING'

function launchVllm({ model, modelPath, host, port, binariesOnPath, kvEvents }: LaunchRequest): Launch {
  if (!binariesOnPath.has('vllm')) {
    throw new UserError({
      what: `Model ${model.name} needs vLLM, and there is no \`vllm\` on PATH.`,
      why: 'Fairlead starts the vLLM that this machine has; it does not install one.',
      mend: 'Install it with `pip install vllm` in a Python environment (Linux, an NVIDIA GPU of compute capability 7.5 or newer) and put its bin folder on PATH; or choose `engine: llamacpp` with a GGUF source; or start vLLM elsewhere and use `engine: external` with its `addresses`.',
    })
  }
  const place = { host, port, ...(kvEvents !== undefined && { kvEvents }) }
  const { settings } = settingsOf(model, modelPath === undefined ? place : { ...place, modelPath })
  const env = { ...(settings.dynamicAdapters === true && { [runtimeAdaptersVariable]: 'True' }) }
  return { program: { kind: 'binary', name: 'vllm' }, args: ['serve', ...vllmArguments(settings)], env }
}

/** The engine vLLM. */
export const vllmEngine: Engine = {
  name: 'vllm',
  title: 'vLLM',
  runsLocally: true,
  isSlowAtFirst: true,
  publishesKvEvents: true,
  // `get_open_zmq_ipc_path` (vLLM 0.32, vllm/utils/network_utils.py); the folder of temporary files when absent.
  socketFolderVariable: 'VLLM_RPC_BASE_PATH',
  // It fetches from the hub by itself.
  needsModelFile: false,
  routes: [
    '/v1/chat/completions',
    '/v1/completions',
    '/v1/embeddings',
    '/v1/responses',
    '/v1/messages',
    '/v1/messages/count_tokens',
    '/tokenize',
    '/detokenize',
  ],
  runtimeAdapters: { loadPath: '/v1/load_lora_adapter', unloadPath: '/v1/unload_lora_adapter' },
  apiKeyVariable: 'VLLM_API_KEY',
  readinessPath: '/health',
  metricsPath: '/metrics',
  launch: launchVllm,
  parseLoad: parseVllmLoad,
}
