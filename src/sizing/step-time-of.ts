import type { SizingRequest, StepTime } from './contract.ts'
import { resolveRequest } from './resolve-request.ts'
import { estimateStepTime } from './throughput/index.ts'
import { weightBytes } from './weights/index.ts'

/** What a step of a replica's engine takes, by the roofline and the same figures as `sizeModel`. */
export function stepTimeOf(request: SizingRequest): StepTime {
  const { geometry, gpu } = request
  const { parallelism, quantization, kvDtype } = resolveRequest(request)
  const weights = weightBytes(geometry, quantization, parallelism)
  return estimateStepTime({ geometry, gpu, parallelism, weights, quantization, kvDtype })
}
