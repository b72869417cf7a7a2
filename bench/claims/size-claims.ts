import { findGpu, findModel, sizeModel, type SizingRequest } from '../../src/sizing/index.ts'

/** What sizing says of a model by name on a GPU by name. @throws Error where the catalogue has none */
function sized(model: string, gpu: string, rest: Partial<SizingRequest>) {
  const [geometry, spec] = [findModel(model), findGpu(gpu)]
  if (geometry === undefined || spec === undefined) throw new Error(`${model} or ${gpu} is not in the catalogue`)
  return sizeModel({ geometry, gpu: spec, ...rest })
}

/** Share of 16-bit weights that are left in 8 and in 4 bits. */
export interface WeightShares {
  readonly model: string
  readonly eightBits: number
  readonly fourBits: number
}

/** Weights in 8 and in 4 bits (fp8, AWQ), of those in 16. */
export const weightShares: readonly WeightShares[] = ['llama-3.1-8b', 'llama-3.1-70b', 'mixtral-8x7b'].map((model) => {
  const bytes = (rest: Partial<SizingRequest>): number => sized(model, 'h100-sxm', { count: 4, ...rest }).weightBytes
  const whole = bytes({})
  return { model, eightBits: bytes({ quantization: 'fp8' }) / whole, fourBits: bytes({ quantization: 'awq' }) / whole }
})

/** Tokens of KV cache that a larger share of the GPU's memory gives. */
export interface FractionGain {
  readonly model: string
  readonly gpu: string
  readonly count: number
  /** At 0.95, over those at 0.85. */
  readonly gain: number
}

/** From nearly full GPUs to those with room. */
export const fractionGains: readonly FractionGain[] = (
  [
    ['llama-3.1-8b', 'l4', 1],
    ['llama-3.1-8b', 'l40s', 1],
    ['qwen3-32b', 'h100-sxm', 1],
    ['qwen3-32b', 'h100-sxm', 2],
    ['llama-3.1-70b', 'h100-sxm', 4],
  ] as const
).map(([model, gpu, count]) => {
  const tokens = (memoryFraction: number): number =>
    sized(model, gpu, { count, memoryFraction, context: 8192 }).kvCapacityTokens
  return { model, gpu, count, gain: tokens(0.95) / tokens(0.85) }
})
