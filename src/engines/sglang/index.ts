/**
 * SGLang: safetensors models on GPUs; the `sglang` of PATH on this machine, its image elsewhere.
 */
import { UserError } from '../../errors/index.ts'
import type { Engine, Launch, LaunchRequest } from '../contract.ts'
import { settingsOf } from '../settings/index.ts'
import { sglangArguments } from './arguments.ts'
import { parseSglangLoad } from './load.ts'

function launchSglang({ model, modelPath, host, port, binariesOnPath }: LaunchRequest): Launch {
  if (!binariesOnPath.has('sglang')) {
    throw new UserError({
      what: `Model ${model.name} needs SGLang, and there is no \`sglang\` on PATH.`,
      why: 'Fairlead starts the SGLang that this machine has; it does not install one.',
      mend: 'Install it with `pip install sglang` in a Python environment (Linux, an NVIDIA or AMD GPU) and put its bin folder on PATH; or choose `engine: llamacpp` with a GGUF source; or start SGLang elsewhere and use `engine: external` with its `addresses`.',
    })
  }
  const { settings } = settingsOf(model, modelPath === undefined ? { host, port } : { modelPath, host, port })
  return { program: { kind: 'binary', name: 'sglang' }, args: ['serve', ...sglangArguments(settings)], env: {} }
}

/** The engine SGLang. */
export const sglangEngine: Engine = {
  name: 'sglang',
  title: 'SGLang',
  runsLocally: true,
  isSlowAtFirst: true,
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
  runtimeAdapters: { loadPath: '/load_lora_adapter', unloadPath: '/unload_lora_adapter' },
  readinessPath: '/health',
  metricsPath: '/metrics',
  launch: launchSglang,
  parseLoad: parseSglangLoad,
}
