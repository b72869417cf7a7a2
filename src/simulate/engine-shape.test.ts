import { describe, expect, it } from 'vitest'
import { findGpu, findModel, sizeModel, type SizingRequest } from '../sizing/index.ts'
import { engineShapeOf } from './engine-shape.ts'

function requestFor(name: string, gpuName: string, rest: Partial<SizingRequest> = {}): SizingRequest {
  const geometry = findModel(name)
  const gpu = findGpu(gpuName)
  if (geometry === undefined || gpu === undefined) throw new Error(`${name} or ${gpuName} is not in the catalogue`)
  return { geometry, gpu, ...rest }
}

// proves F3 (simulated)
describe('engineShapeOf', () => {
  it.each([
    ['llama-3.1-8b', 'l40s', { quantization: 'fp8' }],
    ['llama-3.1-70b', 'h100', { count: 4 }],
    ['qwen3-30b-a3b', 'h100', {}],
  ] as const)('agrees with the sizing of %s on %s, or two commands would tell two truths', (name, gpu, rest) => {
    const request = requestFor(name, gpu, { context: 4096, ...rest })
    const { kvCapacityTokens, tokensPerSecond, costPerMillionTokens } = sizeModel(request)
    const shape = engineShapeOf(request)
    const { step } = shape
    expect(shape.kvCapacityTokens).toBe(kvCapacityTokens)
    expect(shape.pricePerHour).toBe(costPerMillionTokens?.pricePerHour)
    const alone = step.baseMs + step.weightsMs + 1024 * step.msPerContextToken
    const chunk = step.baseMs + 2048 * step.msPerToken + 2048 * 1024 * step.msPerAttentionPair
    // Of a mixture, a batch reads more experts than one sequence does.
    const least = name === 'qwen3-30b-a3b' ? 0.1 : 0.9
    expect(1000 / alone / tokensPerSecond.decodeSingle).toBeGreaterThan(least)
    expect(1000 / alone / tokensPerSecond.decodeSingle).toBeLessThan(1.1)
    expect((2048 * 1000) / chunk / tokensPerSecond.prefill).toBeGreaterThan(0.75)
    expect((2048 * 1000) / chunk / tokensPerSecond.prefill).toBeLessThan(1.1)
    expect(step.assumptions.length).toBeGreaterThan(1)
  })

  it('is faster on the faster GPU, and reads fewer bytes when they are fewer', () => {
    const [l40s, h100, fp8] = [
      requestFor('llama-3.1-8b', 'l40s'),
      requestFor('llama-3.1-8b', 'h100'),
      requestFor('llama-3.1-8b', 'l40s', { quantization: 'fp8' }),
    ].map((request) => engineShapeOf(request).step)
    expect(h100?.weightsMs).toBeLessThan(l40s?.weightsMs ?? 0)
    expect(h100?.msPerToken).toBeLessThan(l40s?.msPerToken ?? 0)
    expect(fp8?.weightsMs).toBeLessThan(l40s?.weightsMs ?? 0)
  })

  it('takes figures that were measured in place of the roofline', () => {
    const measured = {
      baseMs: 5,
      msPerToken: 1,
      msPerAttentionPair: 0,
      weightsMs: 0,
      msPerContextToken: 0,
      assumptions: [],
    }
    expect(engineShapeOf(requestFor('llama-3.1-8b', 'l40s'), measured)).toMatchObject({
      title: '1 × NVIDIA L40S, meta-llama/Llama-3.1-8B-Instruct',
      step: measured,
    })
  })
})
