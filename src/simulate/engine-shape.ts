import { sizeModel, stepTimeOf, type SizingRequest } from '../sizing/index.ts'
import type { EngineShape, StepCost } from './contract.ts'

/** vLLM's own (`--block-size`). */
const usualBlockTokens = 16

/**
 * A replica as it is simulated: what its cache holds by sizing, what a step takes by the roofline.
 * @param request what is sized: model, GPU, and whatever differs from the engine's defaults
 * @param step what steps take, where it was measured or stated
 */
export function engineShapeOf(request: SizingRequest, step: StepCost = stepTimeOf(request)): EngineShape {
  const { geometry, gpu } = request
  const sizing = sizeModel(request)
  const { count, quantization, maxSequences, maxBatchedTokens, parallelism } = sizing.resolved
  const weights = quantization === undefined ? '' : ` ${quantization.name ?? quantization.method}`
  return {
    title: `${count} × ${gpu.title}, ${geometry.name}${weights}`,
    kvCapacityTokens: sizing.kvCapacityTokens,
    kvBlockTokens: request.blockSize ?? usualBlockTokens,
    maxSequences: maxSequences * parallelism.data,
    maxBatchedTokens: maxBatchedTokens * parallelism.data,
    step,
    kvBytesPerToken: sizing.kvBytesPerToken,
    pricePerHour: sizing.costPerMillionTokens?.pricePerHour ?? 0,
  }
}
