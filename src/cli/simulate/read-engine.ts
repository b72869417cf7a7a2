import { exitCodes, UserError } from '../../errors/index.ts'
import { didYouMean, type Fleet, type Model, type RoutingPolicy } from '../../fleet/index.ts'
import { readGeometries } from '../../operate/planning/index.ts'
import { makePlan, priceOf, type ModelPlan, type PoolPlan } from '../../plan/index.ts'
import { policyOfFleet, type ScalingSettings } from '../../scheduling/index.ts'
import { prefillOf, type FlowLimits, type Simulation } from '../../simulate/index.ts'
import { poolsToScale } from '../../targets/index.ts'
import { findWaysOut, gpus, sizeModel, type GpuSpec, type Sizing, type SizingRequest } from '../../sizing/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { openFleet, resolveFleet } from '../fleets/index.ts'
import { readInteger, readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'
import { readGpu, readModel, readQuestion as readSizeQuestion } from '../size/index.ts'
import { readTokens } from './read-options.ts'

/** What the replicas are. */
export interface ReadEngine {
  /** Where it comes from, in words. */
  readonly from: string
  readonly request: SizingRequest
  readonly sizing: Sizing
  readonly replicas: number
  readonly prefillReplicas: number
  /** Those that prefill, where they are others. */
  readonly prefillRequest?: SizingRequest
  /** Shorter prompts are not split; the Fleet's. */
  readonly minSplitTokens?: number
  readonly saturation?: number
  /** How the Fleet keeps sessions. */
  readonly sessions?: NonNullable<Simulation['sessions']>
  /** The policy that the Fleet names; absent where it leaves that open, or no Fleet is named. */
  readonly policy?: string
  /** The Fleet's own queue; absent where replicas get whatever comes. */
  readonly flow?: FlowLimits
  /** How the Fleet scales its pools: those that answer, then those that prefill. */
  readonly scaling?: readonly ScalingSettings[]
  /** What an hour of a GPU costs, in `currency` where it is known; undefined for no such price. */
  pricePerHour(gpu: GpuSpec): number | undefined
  /** ISO 4217. */
  readonly currency: string
  /** Whether the command line names the GPU. */
  readonly isGpuNamed: boolean
  /** What a person should know. */
  readonly remarks: readonly string[]
}

/** Requirement row Q5: what is simulated where nobody says otherwise. */
const usualModel = 'llama-3.1-8b'
const usualQuantization = 'fp8'
const usualGpu = 'l40s'
const usualReplicas = 16
/** GPUs of a replica that are tried, the fewest first. */
const counts = [1, 2, 4, 8] as const

type Options = CommandInput['options']

/** The replicas that the command line means. @throws UserError where they have no size or do not fit. */
export async function readEngine(
  fleet: string | undefined,
  options: Options,
  context: CommandContext,
): Promise<ReadEngine> {
  const read = fleet === undefined ? await readNamed(options, context) : await readPlanned(fleet, options, context)
  const replicas = readInteger(options['replicas']) ?? read.replicas
  const prefillReplicas = readInteger(options['prefill']) ?? prefillOf(replicas, read)
  if (prefillReplicas >= replicas) {
    throw usageError({
      what: `--prefill ${prefillReplicas} leaves none of ${replicas} replicas to decode`,
      mend: `Write --prefill with less than ${replicas}, or more --replicas.`,
    })
  }
  if (!read.sizing.fits) throw refuseMisfit(read)
  return { ...read, replicas, prefillReplicas }
}

/** Prices in the currency of one GPU's; those in another cannot be compared. */
function pricing(
  own: GpuSpec,
  priceFor: (gpu: GpuSpec) => { readonly perHour: number; readonly currency: string } | undefined,
): Pick<ReadEngine, 'pricePerHour' | 'currency'> {
  const currency = priceFor(own)?.currency ?? 'USD'
  return {
    currency,
    pricePerHour(gpu) {
      const price = priceFor(gpu)
      return price?.currency === currency ? price.perHour : undefined
    },
  }
}

/** A model and a GPU by their names, or the usual ones. */
async function readNamed(options: Options, context: CommandContext): Promise<ReadEngine> {
  const named = readText(options['model'])
  const isUsual = ['model', 'gpu', 'count', 'quantization', 'context', 'replicas'].every(
    (name) => options[name] === undefined,
  )
  const model = await readModel(named ?? usualModel, context)
  const quantization = readText(options['quantization']) ?? (named === undefined ? usualQuantization : undefined)
  const question = readSizeQuestion(
    { ...(quantization === undefined ? {} : { quantization }), context: readTokens(options, 'context')?.toString() },
    model,
  )
  const gpu = readGpu(readText(options['gpu']) ?? usualGpu)
  const fitting = sizeFewest({ ...question, gpu }, readInteger(options['count']))
  return {
    from: isUsual ? 'the usual setting, since no Fleet is named' : 'no Fleet is named',
    ...fitting,
    replicas: usualReplicas,
    prefillReplicas: 0,
    ...pricing(gpu, (one) => one.price),
    isGpuNamed: options['gpu'] !== undefined,
    remarks: model.remark === undefined ? [] : [model.remark],
  }
}

/** A model of a Fleet, sized as `fairlead plan` sizes it. */
async function readPlanned(fleet: string, options: Options, context: CommandContext): Promise<ReadEngine> {
  for (const name of ['quantization', 'context']) {
    if (options[name] === undefined) continue
    throw usageError({
      what: `--${name} is not for a Fleet, which says it itself`,
      mend: `Change it in ${fleet}, or leave FLEET out and name a --model.`,
    })
  }
  const { read: source } = await resolveFleet(await openFleet(fleet, context, 'plan'), options, context)
  const { environment, signal } = context
  const geometries = await readGeometries(source.fleet, { environment, signal, offline: false })
  const { models } = makePlan(source.fleet, { geometries })
  const model = chooseModel(models, readText(options['model']), fleet)
  const pool = model.pools.find(({ role }) => role !== 'prefill') ?? model.pools[0]
  if (pool?.request === undefined || pool.sizing === undefined) throw refuseUnsized(model, fleet)
  const price = (gpu: GpuSpec) => priceOf(gpu, source.fleet)
  const changed = changeGpu(pool, options, (gpu) => price(gpu)?.perHour)
  const prefillPool = model.pools.find(({ role }) => role === 'prefill')
  const prefill = prefillPool?.replicas.max ?? 0
  const isElsewhere = options['gpu'] !== undefined || options['count'] !== undefined
  const declared = source.fleet.models.find(({ name }) => name === model.name)
  const others = models.filter(({ name }) => name !== model.name)
  return {
    from: `model ${model.name} of ${fleet}`,
    ...changed,
    ...pricing(changed.request.gpu, price),
    replicas: Math.max(1, pool.replicas.max) + prefill,
    prefillReplicas: prefill,
    ...(isElsewhere || prefillPool?.request === undefined ? {} : { prefillRequest: prefillPool.request }),
    ...(declared === undefined
      ? {}
      : {
          minSplitTokens: declared.routing.disaggregation.minPromptTokens,
          saturation: declared.routing.saturation,
          sessions: { isKept: declared.routing.session.enabled, timeMs: declared.routing.session.time },
        }),
    ...flowOf(declared),
    ...policyOfModel(declared?.routing.policy),
    ...(declared === undefined ? {} : { scaling: scalingOf(source.fleet, declared.name) }),
    isGpuNamed: options['gpu'] !== undefined,
    remarks: [
      ...(pool.replicas.max > 0 || options['replicas'] !== undefined
        ? []
        : [`The Fleet has no replica of ${model.name}; one is simulated.`]),
      ...(others.length === 0 || options['model'] !== undefined
        ? []
        : [`Of the Fleet’s models this is ${model.name}; --model names another.`]),
      ...(prefill === 0 || !isElsewhere ? [] : ['Prefill replicas are taken to be as those that decode.']),
    ],
  }
}

/** The queue of a model; empty where its replicas get whatever comes. */
function flowOf(model: Model | undefined): Pick<ReadEngine, 'flow'> {
  if (model === undefined || (model.maxInFlight === undefined && !model.flow.saturation)) return {}
  const { maxInFlight = Infinity, flow } = model
  const { maxQueue, maxWait: maxWaitMs, saturation } = flow
  return { flow: { maxInFlight, maxQueue, maxWaitMs, ...(saturation ? { saturation } : {}) } }
}

/** The policy of a Fleet as the scheduler knows it; nothing for `auto`. */
function policyOfModel(policy: RoutingPolicy = 'auto'): Pick<ReadEngine, 'policy'> {
  const kind = policy === 'auto' ? undefined : policyOfFleet(policy)
  return kind === undefined ? {} : { policy: kind.name }
}

/** How a Fleet scales a model; empty where it does not. */
function scalingOf(fleet: Fleet, model: string): readonly ScalingSettings[] {
  const pools = poolsToScale(fleet).scaled.filter((pool) => pool.model === model)
  return pools.toSorted((one) => (one.role === 'prefill' ? 1 : -1)).map(({ settings }) => settings)
}

const isSized = ({ pools }: ModelPlan) => pools.some(({ sizing }) => sizing !== undefined)

function chooseModel(models: readonly ModelPlan[], named: string | undefined, fleet: string): ModelPlan {
  const names = models.map(({ name }) => name)
  const model = named === undefined ? (models.find(isSized) ?? models[0]) : models.find(({ name }) => name === named)
  if (model !== undefined) return model
  const near = didYouMean(named ?? '', names)
  throw usageError({
    what: `${fleet} has no model "${named}"`,
    why: near === undefined ? `It has ${names.join(', ')}.` : `Did you mean ${near}?`,
    mend: 'Name a model of the Fleet.',
  })
}

/** The pool on another GPU, where one is named: with as many as asked, or the fewest that fit. */
function changeGpu(
  { request, sizing }: PoolPlan,
  options: Options,
  pricePerHour: ReadEngine['pricePerHour'],
): { request: SizingRequest; sizing: Sizing } {
  if (request === undefined || sizing === undefined) throw new Error('the pool is not sized')
  const named = readText(options['gpu'])
  const count = readInteger(options['count'])
  if (named === undefined && count === undefined) return { request, sizing }
  if (named === undefined) return sizeFewest(request, count)
  const gpu = readGpu(named)
  return sizeFewest(elsewhere(request, gpu, pricePerHour(gpu)), count)
}

/** The same on another GPU; what the Fleet says of this one's price and number says nothing of that one's. */
function elsewhere(request: SizingRequest, gpu: GpuSpec, pricePerHour: number | undefined): SizingRequest {
  const { pricePerHour: _price, count: _count, parallelism: _parallelism, ...rest } = request
  return { ...rest, gpu, ...(pricePerHour === undefined ? {} : { pricePerHour }) }
}

/** With as many GPUs as asked, or the fewest that fit; with the most where none fits. */
function sizeFewest(asked: SizingRequest, count: number | undefined): { request: SizingRequest; sizing: Sizing } {
  if (count !== undefined) {
    const { parallelism: _parallelism, ...rest } = asked
    const request = { ...rest, count }
    return { request, sizing: sizeModel(request) }
  }
  const sized = counts.map((tried) => {
    const request = { ...asked, count: tried }
    return { request, sizing: sizeModel(request) }
  })
  const fitting = sized.find(({ sizing }) => sizing.fits) ?? sized.at(-1)
  if (fitting === undefined) throw new Error('there is no number of GPUs')
  return fitting
}

const cost = ({ sizing }: { sizing: Sizing }) => sizing.costPerMillionTokens?.output ?? Infinity

/**
 * Every GPU of the catalogue that fits and has a price in the same currency, the likely cheapest for each token first; the engine's own as it is,
 * with its own number and price.
 */
export function sizeOnGpus({
  request,
  sizing,
  pricePerHour,
}: ReadEngine): readonly { readonly request: SizingRequest; readonly sizing: Sizing }[] {
  return gpus
    .filter((gpu) => pricePerHour(gpu) !== undefined)
    .map((gpu) =>
      gpu.key === request.gpu.key
        ? { request, sizing }
        : sizeFewest(elsewhere(request, gpu, pricePerHour(gpu)), undefined),
    )
    .filter((sized) => sized.sizing.fits && sized.sizing.costPerMillionTokens !== undefined)
    .toSorted((one, other) => cost(one) - cost(other))
}

function refuseMisfit({ request, sizing }: Pick<ReadEngine, 'request' | 'sizing'>): UserError {
  const [way] = findWaysOut(request, gpus)
  return new UserError({
    what: `${request.geometry.name} does not fit ${sizing.resolved.count} × ${request.gpu.title}, so there is nothing to simulate`,
    mend: way === undefined ? 'Choose another GPU or a smaller model.' : `${way.change}.`,
    command: `fairlead size ${request.geometry.name} --gpu ${request.gpu.key} --count ${sizing.resolved.count}`,
    exitCode: exitCodes.answerIsNo,
  })
}

function refuseUnsized({ name, engine }: ModelPlan, fleet: string): UserError {
  return new UserError({
    what: `Model ${name} of ${fleet} has no size to simulate with`,
    why:
      engine === 'vllm' || engine === 'sglang' || engine === 'llamacpp'
        ? 'Its shape or its GPU is not known.'
        : `Engine ${engine} runs on no GPU that Fairlead sizes.`,
    mend: 'Name a GPU in hardware.gpu, or leave FLEET out and name --model and --gpu.',
    command: `fairlead plan ${fleet}`,
  })
}
