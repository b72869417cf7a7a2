import type { EngineFailure } from './contract.ts'
import { recorded, upstream, vllm } from './sources.ts'

/** Settings that contradict each other, the model or the engine. */
export const settingFailures: readonly EngineFailure[] = [
  {
    id: 'arguments-unknown',
    engines: [],
    rank: 'cause',
    patterns: [
      /error: invalid argument: (?<flag>\S{1,80})/,
      /unrecognized arguments: (?<flag>--?[\w-]{1,80})/,
      /unrecognized arguments/,
      /ERR_PARSE_ARGS_UNKNOWN_OPTION.{0,20}Unknown option '(?<flag>[^']{1,80})'/,
      /unknown argument: (?<flag>\S{1,80})/i,
    ],
    meaning: 'the engine does not know one of its arguments',
    mend: {
      text: 'Correct `engineArgs` of the model, or set the `engineVersion` that has it. The argument is {flag}.',
      fields: ['models[].engineArgs', 'models[].engineVersion'],
      command: 'fairlead lint',
    },
    sources: [
      upstream('python/cpython', 'Lib/argparse.py, parse_args', '3.11'),
      recorded('vllm', '0.32.0'),
      recorded('llama-server', '7e4c0a9'),
    ],
  },
  {
    id: 'context-above-model',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [
      /User-specified max_model_len \((?<context>\d+)\) is greater than the derived max_model_len \([^=]{1,60}=(?<limit>\d+)/,
    ],
    meaning: 'the context of {context} tokens is longer than the model was made for',
    mend: {
      text: 'Set `context` to {limit} or less, or leave it out.',
      fields: ['models[].context'],
      command: 'fairlead plan --offline',
    },
    sources: [vllm('vllm/config/model.py:2646'), recorded('vllm', '0.32.0')],
  },
  {
    id: 'prompt-too-long',
    engines: [],
    rank: 'request',
    patterns: [
      /This model's maximum context length is (?<limit>\d+) tokens/,
      /exceeds the available context size \((?<limit>\d+) tokens\)/,
      /Requested token count exceeds the model's maximum context length of (?<limit>\d+)/,
      /longer than the maximum model length of (?<limit>\d+)/,
    ],
    meaning: 'a request asked for more tokens than the context of {limit}',
    mend: {
      text: 'Shorten the request, or raise `context` where the model and the GPU allow it.',
      fields: ['models[].context', 'models[].maxOutputTokens'],
      command: 'fairlead size',
    },
    sources: [
      vllm('vllm/v1/engine/input_processor.py:590'),
      recorded('vllm', '0.32.0'),
      recorded('llama-server', '7e4c0a9'),
      upstream('sgl-project/sglang', 'python/sglang/srt/managers/tokenizer_manager.py:1372', '0.5.23'),
    ],
  },
  {
    id: 'quantization-unsupported-gpu',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [
      /The quantization method (?<method>[^.]{1,80}?) is not supported for the current GPU\. Minimum capability: (?<needed>\d+)\. Current capability: (?<has>\d+)/,
    ],
    meaning: 'the GPU is too old for the quantisation {method}: it needs compute capability {needed} and has {has}',
    mend: {
      text: 'Take weights of another `quantization`, or a newer `hardware.gpu`.',
      fields: ['models[].quantization', 'models[].source', 'models[].hardware.gpu'],
    },
    sources: [vllm('vllm/config/vllm.py:903')],
  },
  {
    id: 'quantization-dtype',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [
      /(?<dtype>torch\.\w{1,20}) is not supported for quantization method (?<method>[\w-]{1,40})\. Supported dtypes/,
    ],
    meaning: 'the quantisation {method} does not compute in {dtype}',
    mend: { text: 'Set `dtype: float16`, or leave `dtype` out.', fields: ['models[].dtype', 'models[].quantization'] },
    sources: [vllm('vllm/config/vllm.py:910')],
  },
  {
    id: 'quantization-unknown',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [
      /Unknown quantization method: (?<method>[\w.-]{1,60})/,
      /(?<method>[\w.-]{1,60}) quantization is currently not supported in/,
      /Cannot find the config file for (?<method>[\w.-]{1,60})/,
      /Quantization method specified in the model config \([^)]{1,60}\) does not match the quantization method specified/,
    ],
    meaning: 'the weights are not of the quantisation that the Fleet says, or this engine does not read it here',
    mend: {
      text: 'Leave `quantization` out, so that the engine reads it from the model, or take the weights of that quantisation as `source`.',
      fields: ['models[].quantization', 'models[].source'],
    },
    sources: [
      vllm('vllm/config/model.py:1445'),
      vllm('vllm/platforms/interface.py:1148'),
      vllm('vllm/model_executor/model_loader/weight_utils.py:375'),
      recorded('vllm', '0.32.0'),
    ],
  },
  {
    id: 'adapter-rank-too-big',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [/LoRA rank (?<rank>\d+) is greater than max_lora_rank (?<limit>\d+)/],
    meaning: 'an adapter has rank {rank}, and the engine was started for {limit}',
    mend: { text: 'Set `maxAdapterRank` to {rank} or more.', fields: ['models[].maxAdapterRank', 'models[].adapters'] },
    sources: [vllm('vllm/lora/peft_helper.py:196')],
  },
  {
    id: 'tool-parser-unknown',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [
      /invalid (?:tool call|reasoning) parser: (?<parser>\S{1,60})/,
      /Error: --enable-auto-tool-choice requires --tool-call-parser/,
      /(?:Tool|Reasoning) parser '(?<parser>[^']{1,60})' not found/,
    ],
    meaning: 'the engine does not know the parser of tool calls or reasoning',
    mend: {
      text: 'Correct `chat.toolParser` or `chat.reasoningParser`.',
      fields: ['models[].chat.toolParser', 'models[].chat.reasoningParser'],
      command: 'fairlead explain models.chat.toolParser',
    },
    sources: [
      vllm('vllm/tool_parsers/abstract_tool_parser.py:260'),
      vllm('vllm/reasoning/abs_reasoning_parsers.py:248'),
      vllm('vllm/entrypoints/launchers/cli_args.py:524'),
      vllm('vllm/entrypoints/launchers/launcher.py:362'),
      recorded('vllm', '0.32.0'),
    ],
  },
  {
    id: 'heads-not-divisible',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [
      /Total number of attention heads \((?<heads>\d+)\) must be divisible by tensor parallel size \((?<size>\d+)\)/,
      /(?<heads>\d+) is not divisible by (?<size>\d+)$/,
    ],
    meaning: 'the {heads} attention heads of the model cannot be shared by {size} GPUs',
    mend: {
      text: 'Set `parallelism.tensor` to a divisor of {heads}.',
      fields: ['models[].parallelism.tensor', 'models[].hardware.gpus'],
    },
    sources: [vllm('vllm/config/model.py:1549'), vllm('vllm/distributed/utils.py:54'), recorded('vllm', '0.32.0')],
  },
  {
    id: 'too-few-gpus',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [
      /World size \((?<wanted>\d+)\) is larger than the number of available GPUs \((?<has>\d+)\) in this node/,
    ],
    meaning: 'the model is spread over {wanted} GPUs and this machine shows {has}',
    mend: {
      text: 'Lower `parallelism.tensor` or `parallelism.pipeline`, give the replica more `hardware.gpus`, or spread it over machines with `parallelism.nodes`.',
      fields: [
        'models[].parallelism.tensor',
        'models[].parallelism.pipeline',
        'models[].parallelism.nodes',
        'models[].hardware.gpus',
      ],
      command: 'nvidia-smi -L',
    },
    sources: [vllm('vllm/config/parallel.py:1053')],
  },
]
