import type { Model } from '../fleet/index.ts'
import {
  sizeModel,
  type GpuSpec,
  type ModelGeometry,
  type Parallelism,
  type Quantization,
  type SizedEngine,
  type Sizing,
  type SizingRequest,
} from '../sizing/index.ts'
import { formatCount, formatGiB, formatShare } from './amounts.ts'
import type { Decisions } from './decisions.ts'
import { ggufTypeOf, quantizationByName } from './geometry-of.ts'
import { isSpread, type Replica } from './replica.ts'

/** A replica that was sized, with what was asked. */
export interface SizedReplica {
  readonly request: SizingRequest
  readonly sizing: Sizing
}

/** Largest share of a GPU that a correction goes to: the rest is for the CUDA context and what else runs there. */
const mostFraction = 0.95
/** A context that a correction of the memory fraction makes room for, where the Fleet names none. */
export const usefulContext = 8192
/** Contexts that sizing chooses are multiples of this. */
const contextStep = 1024

/** What is asked of sizing, from what is decided so far. */
export function sizingRequest(
  replica: Replica,
  on: { readonly geometry: ModelGeometry; readonly gpu: GpuSpec; readonly pricePerHour?: number | undefined },
  decisions: Decisions,
): SizingRequest {
  const { model } = replica
  const optional = {
    count: decisions.number('hardware.gpus'),
    parallelism: isSpread(replica.parallelism) ? spreadOf(replica.parallelism) : undefined,
    engine: sizedEngine(model.engine),
    engineVersion: model.engineVersion,
    context: decisions.number('context'),
    maxSequences: decisions.number('maxSequences'),
    maxBatchedTokens: decisions.number('maxBatchedTokens'),
    memoryFraction: decisions.number('hardware.memoryFraction'),
    kvDtype: kvDtypeOf(model),
    blockSize: model.kvCache.blockSize,
    eager: replica.engineArgs.includes('--enforce-eager') ? true : undefined,
    pricePerHour: on.pricePerHour,
    ...quantizationOf(model),
  }
  const said = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined))
  return { geometry: on.geometry, gpu: on.gpu, ...said }
}

const kvDtypeOf = ({ kvCache }: Model) => (kvCache.dtype === 'auto' ? undefined : kvCache.dtype)

const spreadOf = ({ tensor, pipeline, data, expert }: Model['parallelism']): Parallelism => ({
  tensor,
  pipeline,
  data,
  expert,
})

/** The engine as sizing knows it; undefined for one without a budget of its own. */
export function sizedEngine(engine: Model['engine']): SizedEngine | undefined {
  return engine === 'vllm' || engine === 'sglang' || engine === 'llamacpp' ? engine : undefined
}

/** GGUF types stand among the quantisations of the Fleet, and in the names of files. */
function quantizationOf(model: Model): { quantization?: Quantization; ggufType?: string } {
  const { quantization, source } = model
  const isType = quantization !== undefined && /^(?:I?Q\d|F16)/.test(quantization)
  const ggufType = isType ? quantization : ggufTypeOf(source)
  if (isType || quantization === 'gguf' || (quantization === undefined && ggufType !== undefined)) {
    return { quantization: 'gguf', ...(ggufType === undefined ? {} : { ggufType }) }
  }
  return quantization === undefined ? quantizationByName(model) : { quantization: quantization as Quantization }
}

/**
 * Sizes a replica, and corrects what the Fleet leaves open so that it fits: a memory fraction that a profile starts with is
 * raised until the model and a useful context fit, and a context that nobody named is cut to what fits.
 */
export function sizeReplica(first: SizingRequest, decisions: Decisions): SizedReplica {
  const asked = withPerformanceMode(first, decisions)
  const started = { request: asked, sizing: sizeModel(asked) }
  const raised = raiseFraction(started, decisions)
  return cutContext(raised, decisions)
}

/**
 * `--performance-mode throughput` doubles the defaults that depend on the GPU.
 * Source: `get_batch_defaults` of vLLM 0.32, vllm/engine/arg_utils.py.
 */
function withPerformanceMode(request: SizingRequest, decisions: Decisions): SizingRequest {
  if (decisions.text('profile') !== 'throughput') return request
  const { resolved } = sizeModel(request)
  const doubled = 'vLLM’s own default on this GPU, doubled by --performance-mode throughput'
  const set = (field: 'maxSequences' | 'maxBatchedTokens') => {
    if (decisions.has(field)) return undefined
    const value = resolved[field] * 2
    const text = field === 'maxBatchedTokens' ? `${formatCount(value)} tokens` : formatCount(value)
    decisions.set(field, value, 'engine', doubled, text)
    return value
  }
  const [maxSequences, maxBatchedTokens] = [set('maxSequences'), set('maxBatchedTokens')]
  return {
    ...request,
    ...(maxSequences === undefined ? {} : { maxSequences }),
    ...(maxBatchedTokens === undefined ? {} : { maxBatchedTokens }),
  }
}

function raiseFraction(sized: SizedReplica, decisions: Decisions): SizedReplica {
  const { request } = sized
  const before = decisions.get('hardware.memoryFraction')
  if (before?.by !== 'profile' || typeof before.value !== 'number') return sized
  const own = request.geometry.maxContext
  const wanted = { ...request, context: request.context ?? Math.min(own, usefulContext) }
  if (sizeModel({ ...wanted, memoryFraction: before.value }).fits) return sized
  const fraction = leastFraction(wanted, before.value)
  if (fraction === undefined) return sized
  const { sizing } = { sizing: sizeModel({ ...wanted, memoryFraction: fraction }) }
  decisions.set(
    'hardware.memoryFraction',
    fraction,
    'sizing',
    `sizing: ${before.reason.split(':')[0] ?? ''} starts at ${formatShare(before.value)}; ${formatGiB(sizing.weightBytesPerGpu)} of ` +
      `weights and a sequence of ${formatCount(wanted.context)} tokens take ${formatShare(fraction)}`,
  )
  const corrected = { ...request, memoryFraction: fraction }
  return { request: corrected, sizing: sizeModel(corrected) }
}

/** The least fraction in hundredths with which a request fits; undefined when none up to `most` does. */
export function leastFraction(request: SizingRequest, from = 0.01, most = mostFraction): number | undefined {
  let [low, high] = [Math.ceil(from * 100), Math.round(most * 100)]
  const fits = (hundredths: number) => sizeModel({ ...request, memoryFraction: hundredths / 100 }).fits
  if (low > high || !fits(high)) return undefined
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (fits(middle)) high = middle
    else low = middle + 1
  }
  return high / 100
}

function cutContext(sized: SizedReplica, decisions: Decisions): SizedReplica {
  const { request, sizing } = sized
  const decided = decisions.get('context')
  if (sizing.fits || (decided !== undefined && decided.by !== 'model')) return sized
  const own = request.geometry.maxContext
  const context = Math.floor(sizing.longestContext / contextStep) * contextStep
  if (context < contextStep || context >= own) return sized
  const corrected = { ...request, context }
  const again = sizeModel(corrected)
  if (!again.fits) return sized
  decisions.set(
    'context',
    context,
    'sizing',
    `sizing: ${formatCount(sizing.longestContext)} of the model’s own ${formatCount(own)} tokens fit`,
  )
  return { request: corrected, sizing: again }
}
