import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ModelGeometry } from '../contract.ts'
import { GeometryProblem, geometryFromConfig, geometryFromGguf, type GgufMetadata } from './index.ts'

const llama = {
  model_type: 'llama',
  torch_dtype: 'bfloat16',
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128_256,
  max_position_embeddings: 131_072,
  tie_word_embeddings: false,
}
const deepseek = {
  model_type: 'deepseek_v3',
  hidden_size: 7168,
  intermediate_size: 18_432,
  moe_intermediate_size: 2048,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_experts_per_tok: 8,
  first_k_dense_replace: 3,
  num_hidden_layers: 61,
  num_attention_heads: 128,
  num_key_value_heads: 128,
  kv_lora_rank: 512,
  q_lora_rank: 1536,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  v_head_dim: 128,
  vocab_size: 129_280,
  max_position_embeddings: 163_840,
}

const kinds = (geometry: ModelGeometry) =>
  geometry.layers.map(({ kind, count, window }) => `${count} ${kind}${window === undefined ? '' : ` ${window}`}`)

/** Whether a count is within a part in a hundred of the published one, which is what norms and biases make. */
const isNear = (count: number, publishedBillions: number) => Math.abs(count / 1e9 / publishedBillions - 1) < 0.01

/** Whether fields give finite figures, or a problem; anything else is told. */
function outcome(fields: object): string {
  try {
    const { parameters, activeParameters, embeddingParameters, maxContext } = geometryFromConfig(fields)
    return [parameters, activeParameters, embeddingParameters, maxContext].every(
      (one) => Number.isFinite(one) && one >= 0,
    )
      ? 'figures'
      : 'nonsense'
  } catch (error) {
    return error instanceof GeometryProblem ? 'problem' : String(error)
  }
}

// proves A6 (real part)
describe('geometryFromConfig', () => {
  it('reads grouped-query attention, which decides the KV cache of most models', () => {
    const geometry = geometryFromConfig(llama, { name: 'mine' })
    expect(geometry).toMatchObject({ name: 'mine', heads: 32, maxContext: 131_072, task: 'generate' })
    expect(geometry.layers).toEqual([{ count: 32, kind: 'full', kvHeads: 8, keyDim: 128, valueDim: 128 }])
    expect(isNear(geometry.parameters, 8.03)).toBe(true)
  })

  it('takes head_dim as stated, since Qwen3 and Gemma do not divide the hidden size', () => {
    const [group] = geometryFromConfig({ ...llama, model_type: 'qwen3', hidden_size: 2560, head_dim: 128 }).layers
    expect(group?.keyDim).toBe(128)
  })

  it('passes over a head_dim of null or 0, which some configurations write', () => {
    expect(geometryFromConfig({ ...llama, head_dim: null }).layers[0]?.keyDim).toBe(128)
    expect(geometryFromConfig({ ...llama, head_dim: 0 }).layers[0]?.keyDim).toBe(128)
  })

  it.each([
    ['n_head_kv', { n_head_kv: 4 }, 4],
    ['multi_query_group_num', { multi_query_group_num: 2 }, 2],
    ['multi_query', { multi_query: true }, 1],
    ['nothing', {}, 32],
  ])('counts KV heads by %s', (_, fields, kvHeads) => {
    const { num_key_value_heads: _removed, ...rest } = llama
    expect(geometryFromConfig({ ...rest, ...fields }).layers[0]?.kvHeads).toBe(kvHeads)
  })

  it('reads figures that a converter wrote as text', () => {
    const texts = { ...llama, num_attention_heads: '32', num_key_value_heads: '8', hidden_size: '4096' }
    expect(geometryFromConfig(texts)).toEqual(geometryFromConfig(llama))
  })

  it.each([0, 'many'])('sizes no attention without heads: %j would count weights too low', (heads) => {
    expect(() => geometryFromConfig({ ...llama, num_attention_heads: heads })).toThrow('num_attention_heads')
  })

  it('reads the latent of DeepSeek, one vector a token for all heads, and its experts', () => {
    const geometry = geometryFromConfig(deepseek)
    expect(geometry.layers).toEqual([{ count: 61, kind: 'mla', kvHeads: 1, keyDim: 576, valueDim: 0 }])
    expect(geometry.experts).toEqual({ count: 256, active: 8, shared: 1 })
    expect(isNear(geometry.parameters, 671)).toBe(true)
    expect(isNear(geometry.activeParameters, 37.5)).toBe(true)
  })

  it('counts the indexer’s cache of DeepSeek V3.2 beside the latent', () => {
    const geometry = geometryFromConfig({
      ...deepseek,
      model_type: 'deepseek_v32',
      index_head_dim: 128,
      index_n_heads: 64,
    })
    expect(geometry.layers[0]?.extraBytesPerToken).toBe(132)
  })

  it('looks into text_config and fills in what the class defaults, as Gemma 3 leaves heads out', () => {
    const geometry = geometryFromConfig({
      model_type: 'gemma3',
      text_config: {
        model_type: 'gemma3_text',
        hidden_size: 2560,
        intermediate_size: 10_240,
        num_hidden_layers: 34,
        sliding_window: 1024,
      },
      vision_config: { hidden_size: 1152, num_hidden_layers: 27 },
    })
    expect(kinds(geometry)).toEqual(['5 full', '29 sliding 1024'])
    expect(geometry).toMatchObject({ heads: 8, vocabulary: 262_208, maxContext: 131_072 })
    expect(isNear(geometry.parameters, 3.88)).toBe(true)
  })

  it.each([
    [
      'layer_types',
      {
        layer_types: Array.from({ length: 32 }, (_, layer) => (layer % 2 ? 'full_attention' : 'sliding_attention')),
        sliding_window: 128,
      },
      ['16 full', '16 sliding 128'],
    ],
    ['a window on every layer, as Mistral 7B 0.1', { sliding_window: 4096 }, ['32 sliding 4096']],
    ['a window that is not used, as Qwen 2.5', { model_type: 'qwen2', sliding_window: 32_768 }, ['32 full']],
    [
      'a window from a layer on',
      { use_sliding_window: true, max_window_layers: 28, sliding_window: 4096 },
      ['28 full', '4 sliding 4096'],
    ],
    ['a window as long as the context', { sliding_window: 131_072 }, ['32 full']],
    ['a null window', { sliding_window: null }, ['32 full']],
    [
      'chunks, as Llama 4',
      { model_type: 'llama4_text', attention_chunk_size: 8192, no_rope_layers: [] },
      ['8 full', '24 chunked 8192'],
    ],
    [
      'linear layers, as Qwen3-Next',
      { linear_num_value_heads: 32, linear_num_key_heads: 16, full_attention_interval: 4 },
      ['8 full', '24 linear'],
    ],
    [
      'letters, as Nemotron-H',
      { hybrid_override_pattern: 'M-M*'.repeat(8), mamba_num_heads: 64, mamba_head_dim: 64, ssm_state_size: 128 },
      ['8 full', '16 linear'],
    ],
    [
      'listed attention layers, as Bamba',
      { attn_layer_indices: [9, 18, 27], mamba_d_state: 128, mamba_n_heads: 128, mamba_d_head: 64 },
      ['3 full', '29 linear'],
    ],
    [
      'a period of attention layers, as Jamba',
      { attn_layer_period: 8, attn_layer_offset: 4, mamba_d_state: 16 },
      ['4 full', '28 linear'],
    ],
  ])('reads %s', (_, fields, expected) => {
    expect(kinds(geometryFromConfig({ ...llama, ...fields }))).toEqual(expected)
  })

  it('sizes the state of a gated delta net: heads in 32 bits, convolutions in 16', () => {
    const geometry = geometryFromConfig({
      ...llama,
      model_type: 'qwen3_next',
      linear_num_value_heads: 32,
      linear_num_key_heads: 16,
      linear_key_head_dim: 128,
      linear_value_head_dim: 128,
      linear_conv_kernel_dim: 4,
    })
    expect(geometry.layers[1]?.stateBytes).toBe(32 * 128 * 128 * 4 + (2 * 16 * 128 + 32 * 128) * 3 * 2)
  })

  it.each([
    [
      'Mixtral 8x7B',
      { model_type: 'mixtral', num_local_experts: 8, num_experts_per_tok: 2, vocab_size: 32_000 },
      46.7,
      12.9,
    ],
    [
      'Qwen3 235B-A22B',
      {
        model_type: 'qwen3_moe',
        hidden_size: 4096,
        moe_intermediate_size: 1536,
        num_experts: 128,
        num_experts_per_tok: 8,
        num_hidden_layers: 94,
        num_attention_heads: 64,
        num_key_value_heads: 4,
        head_dim: 128,
        vocab_size: 151_936,
      },
      235,
      22.2,
    ],
    [
      'gpt-oss 120b',
      {
        model_type: 'gpt_oss',
        hidden_size: 2880,
        intermediate_size: 2880,
        num_local_experts: 128,
        num_experts_per_tok: 4,
        num_hidden_layers: 36,
        num_attention_heads: 64,
        num_key_value_heads: 8,
        head_dim: 64,
        vocab_size: 201_088,
      },
      116.8,
      5.7,
    ],
  ])('counts all experts of %s, and those that a token passes', (_, fields, total, active) => {
    const geometry = geometryFromConfig({ ...llama, ...fields })
    expect(isNear(geometry.parameters, total)).toBe(true)
    expect(isNear(geometry.activeParameters, active)).toBe(true)
  })

  it('prefers the figures of the safetensors index to what it can count', () => {
    const geometry = geometryFromConfig(llama, { index: { metadata: { total_size: 16_060_522_496 }, weight_map: {} } })
    expect(geometry).toMatchObject({ weightBytes: 16_060_522_496, parameters: 8_030_261_248 })
    expect(geometry.sources['weightBytes']).toBe('safetensors index')
  })

  it('stretches the context where YaRN states what it was before', () => {
    const rope_scaling = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32_768 }
    expect(geometryFromConfig({ ...llama, max_position_embeddings: 32_768, rope_scaling }).maxContext).toBe(131_072)
  })

  it.each([
    [
      { quant_method: 'awq', bits: 4, group_size: 128 },
      { method: 'awq', bits: 4, groupSize: 128 },
    ],
    [
      { quant_method: 'gptq', bits: 8, group_size: 32, desc_act: true },
      { method: 'gptq', bits: 8, groupSize: 32 },
    ],
    [
      { quant_method: 'fp8', weight_block_size: [128, 128] },
      { method: 'fp8', bits: 8 },
    ],
    [
      { quant_method: 'mxfp4', modules_to_not_convert: [] },
      { method: 'mxfp4', bits: 4, groupSize: 32 },
    ],
    [
      { quant_method: 'modelopt', quant_algo: 'NVFP4' },
      { method: 'nvfp4', bits: 4, groupSize: 16 },
    ],
    [
      { quant_method: 'bitsandbytes', load_in_4bit: true },
      { method: 'bitsandbytes', bits: 4 },
    ],
    [
      {
        quant_method: 'compressed-tensors',
        config_groups: { group_0: { weights: { num_bits: 4, type: 'int', group_size: 128 } } },
      },
      { method: 'compressed-tensors', bits: 4, groupSize: 128 },
    ],
    [
      { quant_method: 'compressed-tensors', config_groups: { group_0: { weights: { num_bits: 8, type: 'float' } } } },
      { method: 'fp8', bits: 8 },
    ],
  ])('knows the quantisation of %j', (quantization_config, expected) => {
    expect(geometryFromConfig({ ...llama, quantization_config }).quantization).toMatchObject(expected)
  })

  it.each([
    [{}, 'it states no num_hidden_layers and no hidden_size'],
    [{ num_hidden_layers: 2 }, 'it states no hidden_size'],
    [[], 'it is no JSON object'],
    [null, 'it is no JSON object'],
    [{ num_hidden_layers: 1e9, hidden_size: 1 }, 'it claims 1000000000 layers'],
  ])('says what %j lacks', (config, message) => {
    expect(() => geometryFromConfig(config)).toThrow(new GeometryProblem(message))
  })

  it('answers whatever a configuration states: finite figures or a problem, never a crash', () => {
    const field = fc.constantFrom(
      ...Object.keys(llama),
      ...Object.keys(deepseek),
      'layer_types',
      'sliding_window',
      'rope_scaling',
      'text_config',
      'quantization_config',
      'head_dim',
      'attn_type_list',
    )
    const value = fc.oneof(
      fc.jsonValue(),
      fc.integer(),
      fc.double(),
      fc.constant(null),
      fc.array(fc.constantFrom('full_attention', 'mamba', '?')),
    )
    fc.assert(
      fc.property(fc.dictionary(field, value), (fields) => {
        expect(outcome({ ...deepseek, ...fields })).toMatch(/^(?:figures|problem)$/)
      }),
    )
  })
})

const gguf: GgufMetadata = {
  architecture: 'llama',
  name: 'Tiny',
  fileType: 'Q4_K_M',
  contextLength: 8192,
  blockCount: 32,
  embeddingLength: 4096,
  feedForwardLength: 14_336,
  heads: 32,
  kvHeads: 8,
  vocabularySize: 128_256,
  parameters: 8_030_261_248,
  parameterBytes: 4_912_898_304,
}

// proves A6 (real part)
describe('geometryFromGguf', () => {
  it('reads what the KV cache and the weights take', () => {
    const geometry = geometryFromGguf(gguf)
    expect(geometry).toMatchObject({ name: 'Tiny', weightBytes: 4_912_898_304, isGguf: true, maxContext: 8192 })
    expect(geometry.layers).toEqual([{ count: 32, kind: 'full', kvHeads: 8, keyDim: 128, valueDim: 128 }])
    expect(geometry.quantization).toMatchObject({ method: 'gguf', name: 'Q4_K_M' })
    expect(geometry.quantization?.bits).toBeCloseTo(4.894, 2)
  })

  it('reads figures that differ from layer to layer: layers without KV heads keep nothing that grows', () => {
    const kvHeads = Array.from({ length: 32 }, (_, layer) => (layer % 4 === 3 ? 8 : 0))
    expect(kinds(geometryFromGguf({ ...gguf, kvHeads }))).toEqual(['24 linear', '8 full'])
  })

  it.each([
    ['gemma3', ['27 sliding 1024', '5 full']],
    ['gpt-oss', ['16 sliding 1024', '16 full']],
    // An architecture that is not known to slide is taken to keep everything.
    ['newmodel', ['32 full']],
  ])('gives %s its window', (architecture, expected) => {
    expect(kinds(geometryFromGguf({ ...gguf, architecture, slidingWindow: 1024 }))).toEqual(expected)
  })

  it('follows a stated pattern of windows', () => {
    const slidingWindowPattern = Array.from({ length: 32 }, (_, layer) => (layer < 30 ? 1 : 0))
    expect(kinds(geometryFromGguf({ ...gguf, slidingWindow: 512, slidingWindowPattern }))).toEqual([
      '30 sliding 512',
      '2 full',
    ])
  })

  it('reads the latent and the experts of DeepSeek', () => {
    const geometry = geometryFromGguf({
      ...gguf,
      architecture: 'deepseek2',
      kvLoraRank: 512,
      ropeDimension: 64,
      experts: 64,
      expertsUsed: 6,
      expertFeedForwardLength: 1408,
      embeddingLength: 2048,
      blockCount: 27,
      parameters: 15_706_484_224,
    })
    expect(geometry.layers[0]).toMatchObject({ kind: 'mla', keyDim: 576 })
    expect(geometry.activeParameters).toBeLessThan(3.5e9)
  })

  it('says what a header lacks', () => {
    const { blockCount: _, ...rest } = gguf
    expect(() => geometryFromGguf(rest)).toThrow(new GeometryProblem('its header states no layer count'))
  })
})
