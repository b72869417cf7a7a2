import type { EngineFailure } from './contract.ts'
import { issue, llamacpp, recorded, upstream, vllm } from './sources.ts'

const transformers = (place: string) => upstream('huggingface/transformers', place, '5.19.0')

/** Weights, tokenizers and templates as they lie in the store. */
export const modelFileFailures: readonly EngineFailure[] = [
  {
    id: 'safetensors-damaged',
    engines: [],
    rank: 'cause',
    patterns: [
      /SafetensorError: Error while deserializing(?: header)?:/,
      /safetensors.{0,40}(?:header too large|HeaderTooLarge|MetadataIncompleteBuffer|invalid header length)/i,
    ],
    meaning: 'a file of the weights is damaged or was cut short',
    mend: {
      text: 'Check the stored files; a damaged one is fetched again by the next start. A `checksum` finds it before the engine does.',
      fields: ['models[].checksum'],
      command: 'fairlead models verify',
    },
    sources: [
      upstream('safetensors/safetensors', 'tensor.rs, SafeTensorError', '0.8.0'),
      issue('QwenLM/Qwen3-VL', 264),
      recorded('vllm', '0.32.0'),
    ],
  },
  {
    id: 'weights-missing',
    engines: [],
    rank: 'cause',
    patterns: [/Cannot find any model weights with/, /does not appear to have a file named (?<file>\S{1,120})\./],
    meaning: 'the folder of the model has no weights that the engine reads',
    mend: {
      text: 'Name a `source` that has safetensors; for a .gguf file take `engine: llamacpp`. Pickles are read only with `allowPickle`. The engine misses {file}.',
      fields: ['models[].source', 'models[].engine', 'models[].allowPickle'],
      command: 'fairlead models verify',
    },
    sources: [
      vllm('vllm/model_executor/model_loader/default_loader.py:260'),
      transformers('utils/hub.py:471'),
      recorded('vllm', '0.32.0'),
    ],
  },
  {
    id: 'gguf-architecture-unknown',
    engines: ['llamacpp'],
    rank: 'cause',
    patterns: [/unknown model architecture: '(?<architecture>[^']{1,80})'/],
    meaning: 'this build of llama.cpp does not know the architecture {architecture}',
    mend: {
      text: 'Set a newer `engineVersion`, or another `engine`.',
      fields: ['models[].engineVersion', 'models[].engine'],
      command: 'fairlead engine install',
    },
    sources: [issue('ggml-org/llama.cpp', 24001), issue('ggml-org/llama.cpp', 14951), llamacpp('src/llama-model.cpp')],
  },
  {
    id: 'gguf-missing',
    engines: ['llamacpp'],
    rank: 'cause',
    patterns: [/failed to open GGUF file '(?<file>[^']{1,300})'/],
    meaning: 'the model file is not where the engine looks for it',
    mend: {
      text: 'Fetch the model, or correct `source`.',
      fields: ['models[].source', 'storage.models.path'],
      command: 'fairlead models pull',
    },
    sources: [recorded('llama-server', '7e4c0a9'), llamacpp('ggml/src/gguf.cpp')],
  },
  {
    id: 'gguf-damaged',
    engines: ['llamacpp'],
    rank: 'cause',
    patterns: [
      /invalid magic characters?/,
      /gguf_init_from_\w+: failed to read/,
      /not within (?:the )?file bounds/,
      /wrong number of tensors; expected/,
      /not a gguf file/i,
    ],
    meaning: 'the model file is damaged, was cut short, or is no GGUF file',
    mend: {
      text: 'Check the stored files; a damaged one is fetched again by the next start. A `checksum` finds it before the engine does.',
      fields: ['models[].checksum', 'models[].source'],
      command: 'fairlead models verify',
    },
    sources: [recorded('llama-server', '7e4c0a9'), llamacpp('src/llama-model-loader.cpp')],
  },
  {
    id: 'model-file-unreadable',
    engines: ['llamacpp'],
    rank: 'symptom',
    patterns: [/(?:failed|unable) to load model/],
    meaning: 'the model file cannot be read by this engine',
    mend: {
      text: 'Check the stored files; a damaged one is fetched again by the next start.',
      fields: ['models[].source'],
      command: 'fairlead models verify',
    },
    sources: [recorded('llama-server', '7e4c0a9'), llamacpp('src/llama.cpp')],
  },
  {
    id: 'tokenizer-unreadable',
    engines: [],
    rank: 'cause',
    patterns: [
      /Couldn't instantiate the backend tokenizer/,
      /Failed to load the tokenizer\./,
      /data did not match any variant of untagged enum \w{1,40}/,
      /requires the SentencePiece library but it was not found/,
    ],
    meaning: 'the tokenizer of the model is missing, or is of a form that this engine cannot read',
    mend: {
      text: 'Take a `source` that has its tokenizer.json, or a newer `engineVersion`; a tokenizer with code of its own needs `trustRemoteCode`.',
      fields: ['models[].source', 'models[].engineVersion', 'models[].trustRemoteCode'],
      command: 'fairlead models verify',
    },
    sources: [
      transformers('tokenization_utils_tokenizers.py:413'),
      transformers('utils/import_utils.py:2046'),
      vllm('vllm/tokenizers/hf.py:197'),
      upstream('huggingface/tokenizers', 'pre_tokenizers/mod.rs', '0.23.3'),
      recorded('vllm', '0.32.0'),
    ],
  },
  {
    id: 'chat-template-missing',
    engines: [],
    rank: 'request',
    patterns: [
      /default chat template is no longer allowed, so you must provide a chat template/,
      /tokenizer\.chat_template is not set and no template argument was passed/,
    ],
    meaning: 'the model has no chat template, so that it answers completions only',
    mend: {
      text: 'Give it one with `chat.templateFile`, or take its instruct version as `source`.',
      fields: ['models[].chat.templateFile', 'models[].source'],
    },
    sources: [vllm('vllm/renderers/hf.py:798'), transformers('tokenization_utils_base.py:3272')],
  },
  {
    id: 'remote-code-needed',
    engines: [],
    rank: 'cause',
    patterns: [
      /consider setting `trust_remote_code=True`/,
      /pass the argument `trust_remote_code=True` to allow custom code/,
      /contains custom code which must be executed/,
    ],
    meaning: 'the model comes with code of its own, which may not run',
    mend: {
      text: 'Read that code, then set `trustRemoteCode: true` and pin `revision`; or take a newer `engineVersion` that knows the model.',
      fields: ['models[].trustRemoteCode', 'models[].revision', 'models[].engineVersion'],
    },
    sources: [
      vllm('vllm/transformers_utils/config.py:415'),
      transformers('dynamic_module_utils.py:790'),
      recorded('vllm', '0.32.0'),
    ],
  },
  {
    id: 'architecture-unknown',
    engines: ['vllm', 'sglang'],
    rank: 'cause',
    patterns: [
      /Model architectures (?<architecture>\[[^\]]{1,200}\]) are not supported for now/,
      /model type `(?<architecture>[^`]{1,80})` but Transformers does not recognize this architecture/,
    ],
    meaning: 'this version of the engine does not know the architecture {architecture}',
    mend: {
      text: 'Set a newer `engineVersion`, or another `engine`.',
      fields: ['models[].engineVersion', 'models[].engine'],
    },
    sources: [
      vllm('vllm/model_executor/models/registry.py:1206'),
      transformers('models/auto/configuration_auto.py:432'),
      recorded('vllm', '0.32.0'),
    ],
  },
]
