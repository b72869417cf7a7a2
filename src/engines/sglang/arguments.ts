import { UserError } from '../../errors/index.ts'
import type { EngineSettings } from '../contract.ts'
import { sglangFacts } from './facts.ts'
import { aboveOne, json, scalar, switched, translated, writeRows, type FlagRow } from '../settings/flag-rows.ts'

/** Weight formats in SGLang's words (`--quantization`, 0.5.23). */
const quantizations: Readonly<Record<string, string>> = { int8: 'w8a8_int8', nvfp4: 'modelopt_fp4' }

function quantizationOf(quantization: string): string {
  const word = quantizations[quantization] ?? quantization
  const known = sglangFacts.flags.find(({ name }) => name === '--quantization')?.choices ?? []
  if (known.includes(word)) return word
  throw new UserError({
    what: `SGLang does not read ${quantization} weights.`,
    why: 'Types of GGUF files are llama.cpp’s.',
    mend: 'Use `engine: llamacpp` for GGUF files, or a safetensors checkpoint.',
  })
}

/** Types of the KV cache; SGLang's `auto` is the type of the model. */
function kvTypeOf(dtype: string): string {
  const word = { fp16: 'auto', bf16: 'bf16', fp8: 'fp8_e4m3' }[dtype] ?? dtype
  if (!word.startsWith('q')) return word
  throw new UserError({
    what: `SGLang has no KV cache of type ${dtype}.`,
    why: 'The types q8_0 and q4_0 are llama.cpp’s.',
    mend: 'Set `kvCache.dtype` to fp8 (half the memory) or auto.',
  })
}

/** Draft methods that SGLang has: a draft model or head, or n-grams of the prompt. */
const algorithms: Readonly<Record<string, string>> = {
  ngram: 'NGRAM',
  eagle: 'EAGLE',
  eagle3: 'EAGLE3',
  mtp: 'NEXTN',
  draftModel: 'STANDALONE',
}

function speculativeArguments({ speculative }: EngineSettings): readonly string[] {
  if (speculative === undefined) return []
  const { method, model, tokens, lookupMax } = speculative
  const algorithm = algorithms[method]
  if (algorithm === undefined) {
    throw new UserError({
      what: `SGLang has no speculative decoding by ${method}.`,
      mend: `Choose one of ${Object.keys(algorithms).join(', ')}, or \`engine: vllm\`.`,
    })
  }
  const isNgram = method === 'ngram'
  return [
    '--speculative-algorithm',
    algorithm,
    ...(model === undefined ? [] : ['--speculative-draft-model-path', model]),
    ...(isNgram ? [] : ['--speculative-num-steps', String(tokens), '--speculative-eagle-topk', '1']),
    '--speculative-num-draft-tokens',
    String(isNgram ? tokens : tokens + 1),
    ...(isNgram && lookupMax !== undefined ? ['--speculative-ngram-max-trie-depth', String(lookupMax)] : []),
  ]
}

function adapterArguments(settings: EngineSettings): readonly string[] {
  const { adapters = [], dynamicAdapters = false, maxLoadedAdapters, maxAdapterRank } = settings
  if (adapters.length === 0 && !dynamicAdapters) return []
  return [
    '--enable-lora',
    ...(maxLoadedAdapters === undefined ? [] : ['--max-loras-per-batch', String(maxLoadedAdapters)]),
    ...(maxAdapterRank === undefined ? [] : ['--max-lora-rank', String(maxAdapterRank)]),
    ...(adapters.length === 0 ? [] : ['--lora-paths', ...adapters.map(({ name, path }) => `${name}=${path}`)]),
  ]
}

function eventsJson({ kvEventsEndpoint, kvEventsReplayEndpoint, kvEventsTopic }: EngineSettings): readonly string[] {
  if (kvEventsEndpoint === undefined) return []
  const events = {
    publisher: 'zmq',
    endpoint: kvEventsEndpoint,
    replay_endpoint: kvEventsReplayEndpoint,
    topic: kvEventsTopic,
  }
  return ['--kv-events-config', json(events)]
}

const gigabyte = 1_000_000_000

/** Which settings become which flags of `sglang.launch_server`, in the order in which they are written. */
export const sglangFlagRows: readonly FlagRow[] = [
  scalar('model', '--model-path'),
  {
    settings: ['servedNames'],
    flags: ['--served-model-name'],
    // It has one name, and answers to any.
    write: ({ servedNames = [] }) => (servedNames[0] === undefined ? [] : ['--served-model-name', servedNames[0]]),
  },
  scalar('host', '--host'),
  scalar('port', '--port'),
  scalar('revision', '--revision'),
  scalar('loadFormat', '--load-format'),
  {
    settings: ['task'],
    flags: ['--is-embedding'],
    write: ({ task = 'generate' }) => (task === 'generate' || task === 'transcribe' ? [] : ['--is-embedding']),
  },
  switched('trustRemoteCode', { yes: '--trust-remote-code' }),
  scalar('dtype', '--dtype'),
  translated('quantization', '--quantization', quantizationOf),
  scalar('context', '--context-length'),
  // Weights and KV cache only: what a step needs comes on top of it, so that it is more than vLLM's fraction says.
  scalar('memoryFraction', '--mem-fraction-static'),
  scalar('maxSequences', '--max-running-requests'),
  {
    settings: ['maxBatchedTokens', 'chunkedPrefill'],
    flags: ['--chunked-prefill-size', '--max-prefill-tokens'],
    write: ({ maxBatchedTokens, chunkedPrefill }) =>
      chunkedPrefill === false
        ? [
            '--chunked-prefill-size',
            '-1',
            ...(maxBatchedTokens === undefined ? [] : ['--max-prefill-tokens', String(maxBatchedTokens)]),
          ]
        : maxBatchedTokens === undefined
          ? []
          : ['--chunked-prefill-size', String(maxBatchedTokens)],
  },
  translated('kvCacheDtype', '--kv-cache-dtype', kvTypeOf),
  scalar('blockSize', '--page-size'),
  {
    settings: ['kvOffloadBytes'],
    flags: ['--enable-hierarchical-cache', '--hicache-size'],
    write: ({ kvOffloadBytes }) =>
      kvOffloadBytes === undefined
        ? []
        : ['--enable-hierarchical-cache', '--hicache-size', String(Math.max(1, Math.floor(kvOffloadBytes / gigabyte)))],
  },
  aboveOne('tensorParallel', '--tp-size'),
  aboveOne('pipelineParallel', '--pp-size'),
  aboveOne('dataParallel', '--dp-size'),
  {
    settings: ['expertParallel', 'tensorParallel'],
    flags: ['--ep-size'],
    write: ({ expertParallel, tensorParallel = 1 }) =>
      expertParallel === true && tensorParallel > 1 ? ['--ep-size', String(tensorParallel)] : [],
  },
  switched('prefixCaching', { no: '--disable-radix-cache' }),
  {
    settings: ['enforceEager'],
    flags: ['--cuda-graph-backend-decode', '--cuda-graph-backend-prefill'],
    write: ({ enforceEager }) =>
      enforceEager === true
        ? ['--cuda-graph-backend-decode', 'disabled', '--cuda-graph-backend-prefill', 'disabled']
        : [],
  },
  {
    settings: ['schedulingPolicy'],
    flags: ['--enable-priority-scheduling'],
    write: ({ schedulingPolicy }) => (schedulingPolicy === 'priority' ? ['--enable-priority-scheduling'] : []),
  },
  {
    settings: ['speculative'],
    flags: [
      '--speculative-algorithm',
      '--speculative-draft-model-path',
      '--speculative-num-steps',
      '--speculative-eagle-topk',
      '--speculative-num-draft-tokens',
      '--speculative-ngram-max-trie-depth',
    ],
    write: speculativeArguments,
  },
  scalar('chatTemplateFile', '--chat-template'),
  scalar('toolParser', '--tool-call-parser'),
  scalar('reasoningParser', '--reasoning-parser'),
  translated('multimodalLimits', '--limit-mm-data-per-request', (limits) => json(limits)),
  {
    settings: ['allowedMediaDomains'],
    flags: ['--allowed-media-domains'],
    write: ({ allowedMediaDomains = [] }) =>
      allowedMediaDomains.length === 0 ? [] : ['--allowed-media-domains', ...allowedMediaDomains],
  },
  {
    settings: ['adapters', 'dynamicAdapters', 'maxLoadedAdapters', 'maxAdapterRank'],
    flags: ['--enable-lora', '--max-loras-per-batch', '--max-lora-rank', '--lora-paths'],
    write: adapterArguments,
  },
  {
    settings: ['kvEventsEndpoint', 'kvEventsReplayEndpoint', 'kvEventsTopic'],
    flags: ['--kv-events-config'],
    write: eventsJson,
  },
  // The gateway reads the load from them.
  { settings: [], flags: ['--enable-metrics'], write: () => ['--enable-metrics'] },
]

/** The arguments of `python -m sglang.launch_server`. */
export function sglangArguments(settings: EngineSettings): string[] {
  return writeRows(sglangFlagRows, settings)
}
