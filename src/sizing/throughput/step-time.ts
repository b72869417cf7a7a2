import type { StepTime } from '../contract.ts'
import { kvTokenBytes } from '../kv/index.ts'
import {
  bandwidthShare,
  collectiveSeconds,
  computeShares,
  headDim,
  layerSeconds,
  peakFlops,
  stepSeconds,
  touchedExperts,
} from './gpu-shares.ts'
import type { RooflineRequest } from './roofline.ts'

/** Sequences of a batch for which a mixture's experts are taken to be read. */
const mixtureBatch = 16

/**
 * The parts of which a step's time is made, by the roofline and with the shares of `estimateThroughput`: two operations a
 * weight and token; four operations a pair of tokens, head and element of a head, in 16 bits whatever the weights have
 * (flash attention; queries times keys, then weights times values).
 */
export function estimateStepTime(
  request: Omit<RooflineRequest, 'context' | 'maxSequences' | 'concurrencyAt'>,
): StepTime {
  const { geometry, gpu, weights, kvDtype, parallelism, quantization } = request
  const { tensor, pipeline, data } = parallelism
  const { peak, type } = peakFlops(gpu, quantization)
  const { peak: halfPeak, type: halfType } = peakFlops(gpu, undefined)
  const shape = geometry.experts === undefined ? 'dense' : 'mixture'
  const share = computeShares[shape]
  const bandwidth = gpu.bandwidthGBs * 1e9 * bandwidthShare
  const layers = geometry.layers.reduce((sum, { count }) => sum + count, 0)
  const meeting = geometry.layers.reduce(
    (sum, { kind, count }) => sum + (kind === 'full' || kind === 'mla' ? count : 0),
    0,
  )
  const wires = gpu.interconnect ?? { kind: 'pcie' as const, GBs: 32 }
  const isShared = tensor > 1
  const collectives = isShared ? 2 * layers * collectiveSeconds[wires.kind] : 0
  const wireSeconds = isShared
    ? (2 * layers * geometry.hiddenSize * 2 * 2 * (tensor - 1)) / tensor / (wires.GBs * 1e9)
    : 0
  const read = weights.layers + weights.experts * touchedExperts(geometry, mixtureBatch) + weights.head
  const token = kvTokenBytes(geometry.layers, kvDtype, { tensor, pipeline: 1, isHybrid: true }).perGpu
  const others = geometry.layers.some(({ kind }) => kind !== 'full' && kind !== 'mla')
  return {
    baseMs: (stepSeconds + layers * layerSeconds[shape] + collectives) * 1000,
    msPerToken: ((2 * geometry.activeParameters) / (peak * 1e12 * share * tensor) + wireSeconds) * (1000 / data),
    msPerAttentionPair:
      ((4 * geometry.heads * headDim(geometry) * meeting) / (halfPeak * 1e12 * share * tensor)) * (1000 / data),
    weightsMs: (read / tensor / bandwidth) * 1000,
    msPerContextToken: (token / bandwidth) * (1000 / data),
    assumptions: [
      `2 operations a weight and token at ${share * 100} % of ${peak} TFLOPS (${type}), attention of prompts at ${share * 100} % of ${halfPeak} TFLOPS (${halfType})`,
      `weights and context read at ${bandwidthShare * 100} % of ${gpu.bandwidthGBs} GB/s`,
      `${((stepSeconds + layers * layerSeconds[shape]) * 1000).toFixed(1)} ms a step beside; matrices and attention one after the other`,
      ...(isShared ? [`two collectives a layer over ${wires.kind} at ${wires.GBs} GB/s`] : []),
      ...(pipeline > 1 ? ['the stages of a pipeline work one after another, one batch at a time'] : []),
      ...(data > 1 ? [`${data} copies share tokens and sequences evenly`] : []),
      ...(geometry.experts === undefined ? [] : [`experts read as ${mixtureBatch} sequences touch them`]),
      ...(others ? ['layers with a window or a state take no time that grows with the context'] : []),
    ],
  }
}
