import type { ModelGeometry, ModelTask, Source, WeightDtype } from '../contract.ts'
import { readAttentionShape } from './attention-shape.ts'
import { classDefaults } from './class-defaults.ts'
import { asObject, ConfigFields, type ConfigObject } from './config-fields.ts'
import { GeometryProblem } from './geometry-problem.ts'
import { readLayerGroups } from './layer-groups.ts'
import { countParameters, denseWidth, expertWidth, readExperts } from './parameters.ts'
import { readQuantization } from './quantization-config.ts'

/** What is known beside config.json. */
export interface ConfigExtras {
  /** What people call the model. */
  readonly name?: string
  /** Content of model.safetensors.index.json. */
  readonly index?: unknown
  /** Bytes of the weights where no index says, such as the sizes of the safetensors files added up. */
  readonly weightBytes?: number
  readonly parameters?: number
  readonly activeParameters?: number
  readonly towerParameters?: number
  /** Origins that take the place of those that follow from the files. */
  readonly sources?: Readonly<Record<string, Source>>
}

/** Fields below which a multimodal configuration keeps its language model. */
const nestedNames = ['text_config', 'llm_config', 'language_config', 'thinker_config'] as const

/** The language model's own fields, then the whole model's, then its class's defaults. */
function fieldsOf(config: ConfigObject): { readonly fields: ConfigFields; readonly modelType: string } {
  const levels: ConfigObject[] = [config]
  let inner: ConfigObject | undefined = config
  // Qwen-Omni nests twice: thinker_config.text_config.
  for (let depth = 0; depth < 3 && inner !== undefined; depth += 1) {
    const level: ConfigObject = inner
    inner = nestedNames.map((name) => asObject(level[name])).find((one) => one !== undefined)
    if (inner !== undefined) levels.unshift(inner)
  }
  const modelType = new ConfigFields(levels).text('model_type') ?? 'unknown'
  return { fields: new ConfigFields([...levels, classDefaults[modelType] ?? {}]), modelType }
}

function readTask(fields: ConfigFields, modelType: string): ModelTask {
  const architecture = fields.texts('architectures')?.[0] ?? ''
  if (/SequenceClassification/.test(architecture)) return 'classify'
  if (/^whisper$/.test(modelType)) return 'transcribe'
  if (/^(?:bert|roberta|xlm-roberta|nomic_bert|modernbert|new)$/.test(modelType)) return 'embed'
  return /(?:^|[a-z0-9])Model$/.test(architecture) && !/ForCausalLM|ForConditionalGeneration/.test(architecture)
    ? 'embed'
    : 'generate'
}

function readDtype(fields: ConfigFields): WeightDtype {
  const text = fields.text('torch_dtype', 'dtype')
  return text === 'float16' || text === 'float32' ? text : 'bfloat16'
}

/**
 * Longest context that the configuration allows. Where a stretched RoPE states the length before it and no longer one, the
 * factor counts, as in `_get_and_verify_max_len` of vLLM 0.32, vllm/config/model.py.
 */
function readMaxContext(fields: ConfigFields): number {
  const stated = fields.number(
    'max_position_embeddings',
    'n_positions',
    'max_seq_len',
    'seq_length',
    'model_max_length',
    'max_sequence_length',
    'max_target_positions',
  )
  const rope = fields.object('rope_scaling') ?? fields.object('rope_parameters')
  const type = rope?.['rope_type'] ?? rope?.['type']
  const factor = rope?.['factor']
  const before = rope?.['original_max_position_embeddings']
  if (type === 'yarn' && typeof factor === 'number' && typeof before === 'number' && factor > 1) {
    return Math.max(stated ?? 0, Math.floor(before * factor))
  }
  return stated ?? 2048
}

function sumOfIndex(index: unknown): { readonly bytes?: number; readonly parameters?: number } {
  const metadata = asObject(asObject(index)?.['metadata'])
  if (metadata === undefined) return {}
  const fields = new ConfigFields([metadata])
  const bytes = fields.number('total_size')
  const parameters = fields.number('total_parameters')
  return { ...(bytes ? { bytes } : {}), ...(parameters ? { parameters } : {}) }
}

/**
 * The shape of a model by its config.json and what is known beside it.
 * @throws GeometryProblem when it states too little to be sized.
 */
export function geometryFromConfig(config: unknown, extras: ConfigExtras = {}): ModelGeometry {
  const root = asObject(config)
  if (root === undefined) throw new GeometryProblem('it is no JSON object')
  const { fields, modelType } = fieldsOf(root)
  const layers = fields.number('num_hidden_layers', 'n_layer', 'n_layers', 'num_layers', 'decoder_layers')
  const hiddenSize = fields.number('hidden_size', 'n_embd', 'd_model')
  const missing = [...(layers ? [] : ['num_hidden_layers']), ...(hiddenSize ? [] : ['hidden_size'])]
  if (!layers || !hiddenSize) throw new GeometryProblem(`it states no ${missing.join(' and no ')}`)
  if (layers > 10_000) throw new GeometryProblem(`it claims ${layers} layers`)
  const vocabulary = fields.number('vocab_size') ?? 32_000
  const maxContext = readMaxContext(fields)
  const shape = readAttentionShape(fields, modelType, hiddenSize)
  const isTied = fields.flag('tie_word_embeddings') ?? false
  const groups = readLayerGroups(fields, modelType, shape, { layers, hiddenSize, maxContext })
  if (shape.heads === 0 && groups.some(({ kind }) => kind !== 'linear')) {
    throw new GeometryProblem('it states no num_attention_heads')
  }
  const counted = countParameters(fields, modelType, shape, { layers, hiddenSize, vocabulary, isTied })
  const quantization = readQuantization(root)
  const index = sumOfIndex(extras.index)
  const weightBytes = extras.weightBytes ?? index.bytes
  const weightDtype = readDtype(fields)
  const bytesEach = weightDtype === 'float32' ? 4 : 2
  const tower = extras.towerParameters ?? 0
  const fromBytes = quantization === undefined && weightBytes !== undefined ? weightBytes / bytesEach : undefined
  const parameters = Math.round(extras.parameters ?? index.parameters ?? fromBytes ?? counted.total + tower)
  const experts = readExperts(fields)
  const activeParameters = Math.round(
    extras.activeParameters ?? (experts === undefined ? parameters - tower : Math.min(parameters, counted.active)),
  )
  const width =
    experts === undefined
      ? denseWidth(fields, modelType, hiddenSize)
      : (experts.active + (experts.shared ?? 0)) * expertWidth(fields, modelType)
  const counts = 'counted from the sizes in config.json'
  return {
    name: extras.name ?? fields.text('_name_or_path') ?? modelType,
    modelType,
    layers: groups,
    hiddenSize,
    intermediateSize: width,
    heads: shape.heads,
    vocabulary,
    maxContext,
    parameters,
    activeParameters,
    embeddingParameters: Math.min(counted.embedding, parameters),
    ...(experts === undefined ? {} : { expertParameters: Math.min(counted.experts, parameters), experts }),
    ...(weightBytes === undefined ? {} : { weightBytes }),
    weightDtype,
    ...(quantization === undefined ? {} : { quantization }),
    ...(tower > 0 ? { towerParameters: tower } : {}),
    task: readTask(fields, modelType),
    sources: {
      layers: 'config.json',
      maxContext: 'config.json',
      parameters:
        index.parameters === undefined
          ? fromBytes === undefined
            ? counts
            : 'bytes of the weights'
          : 'safetensors index',
      activeParameters: counts,
      ...(weightBytes === undefined
        ? {}
        : { weightBytes: index.bytes === undefined ? 'sizes of the files' : 'safetensors index' }),
      ...extras.sources,
    },
  }
}
