import { UserError } from '../../errors/index.ts'
import type { EngineSettings } from '../contract.ts'
import { aboveOne, json, scalar, switched, translated, writeRows, type FlagRow } from '../settings/flag-rows.ts'
import { vllmFacts } from './facts.ts'
import { kvConnectorRow } from './kv-connector.ts'

/** Weight formats in vLLM's words (`--quantization`, 0.32); a checkpoint that says its own needs none. */
const quantizations: Readonly<Record<string, string>> = {
  awq: 'awq',
  gptq: 'gptq',
  fp8: 'fp8',
  // Quantises 16-bit weights while it loads them.
  int8: 'int8_per_channel_weight_only',
  mxfp4: 'mxfp4',
  nvfp4: 'modelopt_fp4',
  'compressed-tensors': 'compressed-tensors',
}

function quantizationOf(quantization: string): string {
  const word = quantizations[quantization]
  if (word !== undefined) return word
  if (quantization === 'bitsandbytes') {
    throw new UserError({
      what: 'vLLM does not read bitsandbytes weights by itself.',
      why: 'The format moved to the plugin vllm-bnb-plugin with vLLM 0.28.',
      mend: 'Use an awq, gptq or fp8 checkpoint, or `quantization: int8`; or an image with vllm-bnb-plugin and `engineArgs: [--quantization, bitsandbytes]`.',
    })
  }
  throw new UserError({
    what: `vLLM does not read ${quantization} weights.`,
    why: 'Types of GGUF files are llama.cpp’s; GGUF moved out of vLLM to the plugin vllm-gguf-plugin with 0.24.',
    mend: 'Use `engine: llamacpp` for GGUF files, or a safetensors checkpoint.',
  })
}

/** Types of the KV cache in vLLM's words. */
const kvTypes: Readonly<Record<string, string>> = { fp16: 'float16', bf16: 'bfloat16' }

function kvTypeOf(dtype: string): string {
  const word = kvTypes[dtype] ?? dtype
  const known = vllmFacts.flags.find(({ name }) => name === '--kv-cache-dtype')?.choices ?? []
  if (known.includes(word)) return word
  throw new UserError({
    what: `vLLM has no KV cache of type ${dtype}.`,
    why: 'The types q8_0 and q4_0 are llama.cpp’s.',
    mend: 'Set `kvCache.dtype` to fp8 (half the memory) or auto.',
  })
}

const methods = { draftModel: 'draft_model' } as const

function speculativeJson(settings: EngineSettings): readonly string[] {
  const { speculative } = settings
  if (speculative === undefined) return []
  const { method, model, tokens, lookupMin, lookupMax } = speculative
  return [
    '--speculative-config',
    json({
      method: method === 'draftModel' ? methods.draftModel : method,
      model,
      num_speculative_tokens: tokens,
      prompt_lookup_min: lookupMin,
      prompt_lookup_max: lookupMax,
    }),
  ]
}

/** The smallest rank that the parser takes and that holds the adapters. */
function rankOf(rank: number): number {
  const ranks = (vllmFacts.flags.find(({ name }) => name === '--max-lora-rank')?.choices ?? []).map(Number)
  const fitting = ranks.filter((candidate) => candidate >= rank).toSorted((one, other) => one - other)[0]
  if (fitting !== undefined) return fitting
  throw new UserError({
    what: `vLLM holds no adapter of rank ${rank}.`,
    why: `The largest that it takes is ${Math.max(...ranks)}.`,
    mend: 'Merge the adapter into its model, or use one of a smaller rank.',
  })
}

function adapterArguments(settings: EngineSettings): readonly string[] {
  const { adapters = [], dynamicAdapters = false, maxLoadedAdapters, maxAdapterRank } = settings
  if (adapters.length === 0 && !dynamicAdapters) return []
  return [
    '--enable-lora',
    ...(maxLoadedAdapters === undefined ? [] : ['--max-loras', String(maxLoadedAdapters)]),
    ...(maxAdapterRank === undefined ? [] : ['--max-lora-rank', String(rankOf(maxAdapterRank))]),
    ...(adapters.length === 0 ? [] : ['--lora-modules', ...adapters.map(({ name, path }) => json({ name, path }))]),
  ]
}

function kvEventsJson(settings: EngineSettings): readonly string[] {
  const { kvEventsEndpoint: endpoint, kvEventsReplayEndpoint, kvEventsTopic: topic } = settings
  if (endpoint === undefined) return []
  const events = {
    enable_kv_cache_events: true,
    publisher: 'zmq',
    endpoint,
    replay_endpoint: kvEventsReplayEndpoint,
    topic,
  }
  return ['--kv-events-config', json(events)]
}

/** Which settings become which flags of `vllm serve`, in the order in which they are written. */
export const vllmFlagRows: readonly FlagRow[] = [
  {
    settings: ['servedNames'],
    flags: ['--served-model-name'],
    write: ({ servedNames = [] }) => (servedNames.length === 0 ? [] : ['--served-model-name', ...servedNames]),
  },
  scalar('host', '--host'),
  scalar('port', '--port'),
  scalar('revision', '--revision'),
  scalar('loadFormat', '--load-format'),
  translated('task', '--runner', (task) => (task === 'generate' || task === 'transcribe' ? undefined : 'pooling')),
  switched('trustRemoteCode', { yes: '--trust-remote-code' }),
  scalar('dtype', '--dtype'),
  translated('quantization', '--quantization', quantizationOf),
  scalar('context', '--max-model-len'),
  scalar('memoryFraction', '--gpu-memory-utilization'),
  scalar('maxSequences', '--max-num-seqs'),
  scalar('maxBatchedTokens', '--max-num-batched-tokens'),
  translated('kvCacheDtype', '--kv-cache-dtype', kvTypeOf),
  scalar('blockSize', '--block-size'),
  aboveOne('tensorParallel', '--tensor-parallel-size'),
  aboveOne('pipelineParallel', '--pipeline-parallel-size'),
  aboveOne('dataParallel', '--data-parallel-size'),
  switched('expertParallel', { yes: '--enable-expert-parallel' }),
  switched('prefixCaching', { yes: '--enable-prefix-caching', no: '--no-enable-prefix-caching' }),
  switched('chunkedPrefill', { yes: '--enable-chunked-prefill', no: '--no-enable-chunked-prefill' }),
  switched('enforceEager', { yes: '--enforce-eager' }),
  scalar('performanceMode', '--performance-mode'),
  scalar('schedulingPolicy', '--scheduling-policy'),
  { settings: ['speculative'], flags: ['--speculative-config'], write: speculativeJson },
  scalar('chatTemplateFile', '--chat-template'),
  {
    settings: ['toolParser'],
    flags: ['--enable-auto-tool-choice', '--tool-call-parser'],
    write: ({ toolParser }) =>
      toolParser === undefined ? [] : ['--enable-auto-tool-choice', '--tool-call-parser', toolParser],
  },
  scalar('reasoningParser', '--reasoning-parser'),
  translated('multimodalLimits', '--limit-mm-per-prompt', (limits) => json(limits)),
  {
    settings: ['allowedMediaDomains'],
    flags: ['--allowed-media-domains'],
    write: ({ allowedMediaDomains = [] }) =>
      allowedMediaDomains.length === 0 ? [] : ['--allowed-media-domains', ...allowedMediaDomains],
  },
  {
    settings: ['adapters', 'dynamicAdapters', 'maxLoadedAdapters', 'maxAdapterRank'],
    flags: ['--enable-lora', '--max-loras', '--max-lora-rank', '--lora-modules'],
    write: adapterArguments,
  },
  {
    settings: ['kvEventsEndpoint', 'kvEventsReplayEndpoint', 'kvEventsTopic'],
    flags: ['--kv-events-config'],
    write: kvEventsJson,
  },
  switched('promptTokensDetails', { yes: '--enable-prompt-tokens-details' }),
  scalar('mediaHash', '--mm-hasher-algorithm'),
  kvConnectorRow,
  switched('sleepMode', { yes: '--enable-sleep-mode' }),
  scalar('shutdownTimeoutSeconds', '--shutdown-timeout'),
]

/** The arguments of `vllm serve`, the model first, because flags with several values swallow what follows them. */
export function vllmArguments(settings: EngineSettings): string[] {
  return [settings.model, ...writeRows(vllmFlagRows, settings)]
}
