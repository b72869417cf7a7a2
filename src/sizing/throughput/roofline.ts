import type { GpuSpec, KvDtype, ModelGeometry, Parallelism, Throughput, WeightQuantization } from '../contract.ts'
import { kvReadBytes } from '../kv/index.ts'
import type { WeightBytes } from '../weights/index.ts'
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

/** What the speed follows from. */
export interface RooflineRequest {
  readonly geometry: ModelGeometry
  readonly gpu: GpuSpec
  readonly parallelism: Parallelism
  readonly weights: WeightBytes
  readonly quantization: WeightQuantization | undefined
  readonly kvDtype: KvDtype
  /** Tokens of prompt and answer that a sequence has, half of which it has on average. */
  readonly context: number
  readonly maxSequences: number
  /** Sequences of a given length that fit at once on one data parallel rank. */
  concurrencyAt(tokens: number): number
}

/** A typical chat, for which the batched figure is given. */
const typicalTokens = 2048

/** Three digits are more than an estimate has; bounded, since an absurd configuration may state a model of no weights. */
const figure = (tokensPerSecond: number) => Number(Math.min(1e12, Math.max(1e-6, tokensPerSecond)).toPrecision(3))

/**
 * Tokens a second by the roofline: prefill is bound by operations, decoding by the bytes that a step reads.
 * Source: two operations a weight and token; vLLM documentation and the roofline model (Williams et al., 2009).
 */
export function estimateThroughput(request: RooflineRequest): Throughput {
  const { geometry, gpu, parallelism, weights, kvDtype } = request
  const { tensor, pipeline, data } = parallelism
  const { peak, type } = peakFlops(gpu, request.quantization)
  const shape = geometry.experts === undefined ? 'dense' : 'mixture'
  const computeShare = computeShares[shape]
  const flops = peak * 1e12 * computeShare
  const bandwidth = gpu.bandwidthGBs * 1e9 * bandwidthShare
  const layers = geometry.layers.reduce((sum, group) => sum + group.count, 0)
  const wires = gpu.interconnect ?? { kind: 'pcie' as const, GBs: 32 }
  /** Two collectives a layer, each of a token's hidden state, in and out. */
  const collectives = (tokens: number) =>
    tensor === 1
      ? 0
      : 2 *
        layers *
        (collectiveSeconds[wires.kind] +
          (tokens * geometry.hiddenSize * 2 * 2 * (tensor - 1)) / tensor / (wires.GBs * 1e9))
  const operations = 2 * geometry.activeParameters
  const beside = stepSeconds + layers * layerSeconds[shape]

  const chunk = 2048
  const attention = 2 * geometry.heads * headDim(geometry) * layers * Math.min(request.context, typicalTokens)
  const chunkSeconds = (chunk * (operations + attention)) / (flops * tensor) + collectives(chunk)
  // Each stage of a pipeline works on a chunk of its own.
  const prefill = (chunk / chunkSeconds) * pipeline * data

  const stepOf = (sequences: number, tokens: number) => {
    const experts = (weights.experts * touchedExperts(geometry, sequences * data)) / data
    const read = (weights.layers + experts + weights.head) / (tensor * pipeline)
    const cache = sequences * kvReadBytes(geometry.layers, kvDtype, tokens, { tensor, pipeline })
    const memorySeconds = (read + cache) / bandwidth
    const computeSeconds = (sequences * operations) / (flops * tensor * pipeline)
    return { seconds: Math.max(memorySeconds, computeSeconds), overhead: beside + collectives(sequences) }
  }
  const average = Math.max(1, Math.floor(Math.min(request.context, typicalTokens) / 2))
  const single = stepOf(1, average)
  // Stages work one after another on a step.
  const decodeSingle = 1 / (single.seconds * pipeline + single.overhead)
  const length = Math.min(request.context, typicalTokens)
  const batch = Math.max(1, Math.min(request.maxSequences, Math.floor(request.concurrencyAt(length))))
  // A full pipeline has as many batches under way as stages, so each holds a part of the sequences, and each stage a part of the layers.
  const full = stepOf(Math.max(1, batch / pipeline), average)
  const decodeBatched = (batch / (full.seconds * pipeline + full.overhead)) * data
  return {
    prefill: figure(prefill),
    decodeSingle: figure(decodeSingle),
    decodeBatched: figure(Math.max(decodeBatched, decodeSingle)),
    batch: batch * data,
    assumptions: [
      `prefill: 2 operations a weight and token at ${computeShare * 100} % of ${peak} TFLOPS (${type})${tensor * pipeline > 1 ? ` × ${tensor * pipeline} GPUs` : ''}`,
      `decoding: weights and cache read at ${bandwidthShare * 100} % of ${gpu.bandwidthGBs} GB/s, ${(beside * 1000).toFixed(1)} ms a step beside`,
      `sequences of ${length} tokens, half of them on average in the cache; ${batch * data} at once when batched`,
      ...(geometry.experts === undefined ? [] : ['each token draws its experts by itself']),
      ...(tensor > 1 ? [`two collectives a layer over ${wires.kind} at ${wires.GBs} GB/s`] : []),
    ],
  }
}
