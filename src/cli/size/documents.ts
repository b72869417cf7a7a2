import type { ModelGeometry, Sizing, SizingRequest, WayOut } from '../../sizing/index.ts'
import type { GpuAnswer } from './size-everywhere.ts'

/**
 * Two numbers for programs that want one of each: tokens a second of all answers together in a full batch, and money for a
 * million generated tokens (null without a price). `speed` and `cost` hold what they are taken from. What does not fit generates
 * nothing: 0 and null.
 */
function figures(sizing: Sizing) {
  const speed = sizing.fits ? sizing.tokensPerSecond : null
  const cost = sizing.fits ? (sizing.costPerMillionTokens ?? null) : null
  return {
    fits: sizing.fits,
    shortBy: sizing.shortBy,
    weightBytes: sizing.weightBytes,
    weightBytesPerGpu: sizing.weightBytesPerGpu,
    kvBytesPerToken: sizing.kvBytesPerToken,
    kvBytesPerTokenPerGpu: sizing.kvBytesPerTokenPerGpu,
    kvBytesPerSequence: sizing.kvBytesPerSequence,
    kvCacheBytes: sizing.kvCacheBytes,
    kvCapacityTokens: sizing.kvCapacityTokens,
    maxConcurrency: sizing.maxConcurrency,
    longestContext: sizing.longestContext,
    tokensPerSecond: speed?.decodeBatched ?? 0,
    costPerMillionTokens: cost?.output ?? null,
    speed,
    cost,
  }
}

const asked = (sizing: Sizing) => ({
  engine: sizing.engine,
  ...sizing.resolved,
  quantization: sizing.resolved.quantization ?? null,
})

/** The answer for one GPU as JSON. */
export function sizingDocument(request: SizingRequest, sizing: Sizing, waysOut: readonly WayOut[]) {
  return {
    model: request.geometry.name,
    gpu: request.gpu.key,
    ...figures(sizing),
    waysOut: waysOut.map((way) => ({
      kind: way.kind,
      change: way.change,
      fleetEdit: way.fleetEdit,
      gpu: way.request.gpu.key,
      settings: asked(way.sizing),
      ...figures(way.sizing),
    })),
    settings: asked(sizing),
    memory: sizing.memory,
    host: sizing.host,
    notes: sizing.notes,
    sources: { model: request.geometry.sources, gpu: request.gpu.sources },
  }
}

/** The answer for every GPU as JSON. */
export function gpusDocument(geometry: ModelGeometry, answers: readonly GpuAnswer[]) {
  return {
    model: geometry.name,
    fits: answers.some(({ sizing }) => sizing.fits),
    gpus: answers.map(({ gpu, sizing }) => ({
      gpu: gpu.key,
      count: sizing.resolved.count,
      ...figures(sizing),
      notes: sizing.notes,
    })),
  }
}
