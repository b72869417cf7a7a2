import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findGpu, findModel, gpus, models } from './catalogue/index.ts'
import type { GpuSpec, ModelGeometry, SizingRequest } from './contract.ts'
import { geometryFromConfig, GeometryProblem } from './geometry/index.ts'
import { sizeModel } from './size-model.ts'

const gibibyte = 1024 ** 3

function model(name: string): ModelGeometry {
  const geometry = findModel(name)
  if (geometry === undefined) throw new Error(`${name} is not in the catalogue`)
  return geometry
}

function gpu(name: string): GpuSpec {
  const found = findGpu(name)
  if (found === undefined) throw new Error(`${name} is not in the catalogue`)
  return found
}

const ask = (name: string, gpuName: string, rest: Partial<SizingRequest> = {}): SizingRequest => ({
  geometry: model(name),
  gpu: gpu(gpuName),
  ...rest,
})

/** What a configuration states; undefined where it states too little and says so. */
function geometryOrRefusal(config: object): ModelGeometry | undefined {
  try {
    return geometryFromConfig(config)
  } catch (error) {
    if (error instanceof GeometryProblem) return undefined
    throw error
  }
}

const ids = models.map(({ id }) => id)
/** Requests over the whole catalogue, sensible and not. */
const requests: fc.Arbitrary<SizingRequest> = fc
  .record({
    id: fc.constantFrom(...ids),
    gpu: fc.constantFrom(...gpus),
    count: fc.constantFrom(1, 2, 4, 8),
    context: fc.integer({ min: 1, max: 131_072 }),
    sequences: fc.integer({ min: 1, max: 64 }),
    memoryFraction: fc.constantFrom(0.5, 0.8, 0.9, 0.95),
    quantization: fc.constantFrom(undefined, 'fp8', 'awq', 'gguf'),
    kvDtype: fc.constantFrom(undefined, 'fp8'),
  } as const)
  .map(({ id, quantization, kvDtype, ...rest }) => {
    const optional = {
      ...(quantization === undefined ? {} : { quantization }),
      ...(kvDtype === undefined ? {} : { kvDtype }),
    }
    return Object.assign(optional, rest, { geometry: model(id) })
  })

// proves A6 (real part)
describe('sizeModel', () => {
  it('answers the question that everyone asks first', () => {
    const sizing = sizeModel(ask('llama-3.1-8b', 'l40s', { context: 32_768 }))
    expect(sizing).toMatchObject({
      fits: true,
      shortBy: 0,
      engine: 'vllm',
      weightBytes: 16_060_522_496,
      kvBytesPerToken: 131_072,
    })
    expect(sizing.maxConcurrency).toBeCloseTo(6.1, 1)
    expect(sizing.longestContext).toBe(131_072)
  })

  it.each([
    // llm-d-incubation/llm-d-planner, accuracy report: vLLM 0.19 on H100 at 0.95.
    ['llama-3.1-8b', 'h100', { engineVersion: '0.19.0', memoryFraction: 0.95, context: 8192 }, 58.11],
    [
      'llama-3.1-8b',
      'h100',
      { engineVersion: '0.19.0', memoryFraction: 0.95, context: 8192, quantization: 'fp8' },
      64.61,
    ],
    ['qwen2.5-7b', 'h100', { engineVersion: '0.19.0', memoryFraction: 0.95, context: 8192 }, 58.53],
    ['qwen3-14b', 'h100', { engineVersion: '0.16.0', memoryFraction: 0.95, context: 8192 }, 41.94],
    // A log of vLLM 0.31 on A100 80 GB with everything at its default.
    ['llama-3.1-8b', 'a100-80gb', { engineVersion: '0.31.0' }, 56.21],
  ] as const)('leaves %s on %s the cache that a real engine logged', (name, gpuName, rest, expected) => {
    expect(Math.abs(sizeModel(ask(name, gpuName, rest)).kvCacheBytes / gibibyte / expected - 1)).toBeLessThan(0.01)
  })

  it('says by how much it does not fit, and exactly so much more memory is enough', () => {
    const request = ask('llama-3.3-70b', 'h100', { context: 8192 })
    const sizing = sizeModel(request)
    expect(sizing.fits).toBe(false)
    const { gpu: spec } = request
    const missing = sizing.shortBy / sizing.resolved.memoryFraction / 1024 ** 2
    const withMore = (mebibytes: number) =>
      sizeModel({
        ...request,
        gpu: {
          ...spec,
          memoryMiB: spec.memoryMiB + mebibytes,
          usableMiB: (spec.usableMiB ?? spec.memoryMiB) + mebibytes,
        },
      })
    expect(withMore(missing + 20).fits).toBe(true)
    expect(withMore(missing - 20).fits).toBe(false)
  })

  it('asks for nothing but weights of an embedding model, which keeps no cache between requests', () => {
    const geometry = { ...model('llama-3.1-8b'), task: 'embed' } as const
    const sizing = sizeModel({ geometry, gpu: gpu('rtx-4090') })
    expect(sizing).toMatchObject({ fits: true, kvCapacityTokens: 0 })
  })

  it('allocates every slot’s context for llama.cpp at start', () => {
    const one = sizeModel(ask('llama-3.1-8b', 'rtx-3090', { quantization: 'gguf', context: 32_768 }))
    expect(one).toMatchObject({ fits: true, engine: 'llamacpp' })
    expect(
      sizeModel(ask('llama-3.1-8b', 'rtx-3090', { quantization: 'gguf', context: 32_768, maxSequences: 8 })).fits,
    ).toBe(false)
    expect(one.memory.find(({ name }) => name === 'kv')?.bytes).toBe(32_768 * 131_072)
  })

  it('takes kvCacheMemoryBytes for what the fraction leaves', () => {
    const sizing = sizeModel(ask('llama-3.1-8b', 'l40s', { kvCacheMemoryBytes: 4 * gibibyte, context: 8192 }))
    expect(sizing.kvCapacityTokens).toBe((4 * gibibyte) / 131_072)
  })

  it('shares heads over as many GPUs as divide them, and makes stages of the rest', () => {
    const sizing = sizeModel(ask('qwen2.5-7b', 'l4', { count: 8 }))
    // 28 heads and 4 KV heads: 4 GPUs share, 2 stages.
    expect(sizing.resolved.parallelism).toMatchObject({ tensor: 4, pipeline: 2 })
  })

  it('adds data parallel copies up', () => {
    const parallelism = { tensor: 1, data: 4 }
    const one = sizeModel(ask('qwen3-8b', 'l40s', { context: 8192 }))
    const four = sizeModel(ask('qwen3-8b', 'l40s', { context: 8192, parallelism }))
    expect(four.kvCapacityTokens).toBe(one.kvCapacityTokens * 4)
    expect(four.resolved.count).toBe(4)
  })

  it('accounts for every byte of the GPU when it fits', () => {
    const stated = fc.constantFrom(undefined, gibibyte, 8 * gibibyte)
    fc.assert(
      fc.property(requests, stated, (request, kvCacheMemoryBytes) => {
        const sizing = sizeModel({ ...request, ...(kvCacheMemoryBytes === undefined ? {} : { kvCacheMemoryBytes }) })
        fc.pre(sizing.fits)
        const sum = sizing.memory.reduce((total, { bytes }) => total + bytes, 0)
        expect(Math.abs(sum - request.gpu.memoryMiB * 1024 ** 2)).toBeLessThan(2)
      }),
    )
  })

  it('names every line of the memory with a formula and a source', () => {
    fc.assert(
      fc.property(requests, (request) => {
        for (const { formula, source, bytes } of sizeModel(request).memory) {
          expect(formula).not.toBe('')
          expect(source).not.toBe('')
          expect(Number.isFinite(bytes) && bytes >= 0).toBe(true)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('never needs less memory for more context', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 100_000 }), (request, more) => {
        const less = sizeModel(request)
        const longer = sizeModel({ ...request, context: (request.context ?? 1) + more })
        expect(longer.kvBytesPerSequence).toBeGreaterThanOrEqual(less.kvBytesPerSequence)
        expect(longer.maxConcurrency).toBeLessThanOrEqual(less.maxConcurrency)
        expect(Number(longer.fits)).toBeLessThanOrEqual(Number(less.fits))
      }),
    )
  })

  it('never fits more sequences where it does not fit fewer', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 64 }), (request, more) => {
        const harder = sizeModel({ ...request, sequences: (request.sequences ?? 1) + more })
        expect(Number(harder.fits)).toBeLessThanOrEqual(Number(sizeModel(request).fits))
      }),
    )
  })

  it('never holds fewer tokens with a larger share of the GPU', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const larger = sizeModel({ ...request, memoryFraction: 0.97 })
        expect(larger.kvCacheBytes).toBeGreaterThanOrEqual(sizeModel(request).kvCacheBytes)
      }),
    )
  })

  it('never holds fewer tokens with an fp8 cache, nor weighs more when quantised', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const plain = sizeModel({ ...request, kvDtype: 'auto' })
        expect(sizeModel({ ...request, kvDtype: 'fp8' }).kvCapacityTokens).toBeGreaterThanOrEqual(
          plain.kvCapacityTokens,
        )
        const { geometry } = request
        fc.pre(geometry.quantization === undefined)
        expect(sizeModel({ ...request, quantization: 'awq' }).weightBytes).toBeLessThan(
          sizeModel({ ...request, quantization: 'fp8' }).weightBytes,
        )
      }),
    )
  })

  it('finds the longest context: it fits, and a block more does not', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { longestContext, notes } = sizeModel({ ...request, sequences: 1 })
        fc.pre(
          longestContext > 0 &&
            !notes.some(({ severity, id }) => severity === 'error' && id !== 'context-beyond-model'),
        )
        expect(sizeModel({ ...request, sequences: 1, context: longestContext }).fits).toBe(true)
        fc.pre(longestContext < request.geometry.maxContext)
        expect(sizeModel({ ...request, sequences: 1, context: longestContext + 1 }).fits).toBe(false)
      }),
    )
  })

  it('gives finite figures for whatever a configuration states, or says what it lacks', () => {
    const names = [
      'num_attention_heads',
      'num_key_value_heads',
      'head_dim',
      'vocab_size',
      'intermediate_size',
      'num_local_experts',
      'num_experts_per_tok',
      'kv_lora_rank',
      'sliding_window',
      'max_position_embeddings',
      'linear_num_value_heads',
      'mamba_d_state',
    ]
    const value = fc.oneof(fc.integer({ min: -5, max: 1e6 }), fc.constantFrom(null, 0, 1e12, 'x', [], {}, true))
    const config = fc.dictionary(fc.constantFrom(...names), value)
    fc.assert(
      fc.property(config, fc.constantFrom(...gpus), fc.integer({ min: 1, max: 64 }), (fields, spec, count) => {
        const stated = {
          num_hidden_layers: 32,
          hidden_size: 4096,
          num_attention_heads: 32,
          max_position_embeddings: 8192,
          ...fields,
        }
        const geometry = geometryOrRefusal(stated)
        const sizing = geometry === undefined ? 'refused' : sizeModel({ geometry, gpu: spec, count })
        // JSON has no infinity and no NaN: they become null.
        expect(JSON.stringify(sizing)).not.toContain('null')
      }),
    )
  })
})
