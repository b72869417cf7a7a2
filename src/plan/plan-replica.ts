import { UserError } from '../errors/index.ts'
import type { Fleet } from '../fleet/index.ts'
import { findWaysOut, gpus, type GpuSpec, type ModelGeometry, type Sizing } from '../sizing/index.ts'
import { formatGiB } from './amounts.ts'
import { cheapestGpu, namedGpu, priceTag } from './choose-gpu.ts'
import type { PlanWarning, PoolPlan, ReplicaHost } from './contract.ts'
import { askedOf, decideSettings, fillFromSizing } from './decide-settings.ts'
import type { Decisions } from './decisions.ts'
import { engineCommand, factsEngine } from './engine-command.ts'
import { sizeOnProcessor } from './processor.ts'
import { priceOf } from './prices.ts'
import { rangeOf, type Replica } from './replica.ts'
import { sizedEngine, sizeReplica, usefulContext, sizingRequest, type SizedReplica } from './size-replica.ts'
import {
  argumentWarnings,
  gpusDiffer,
  sharedLatency,
  shortened,
  sizingWarnings,
  tiersBeyondCommand,
  unknownGpu,
} from './warnings.ts'

/** A fraction that the group of a model gives it. */
export interface GivenFraction {
  readonly fraction: number
  /** Part of the GPU’s price that its model bears, by its part of what the group takes. */
  readonly priceShare: number
  readonly reason: string
  /** The GPU that the group is on, where its model names none, and why. */
  readonly gpu?: { readonly spec: GpuSpec; readonly reason: string }
}

/** A kind of replica, planned. */
export interface PlannedReplica {
  readonly pool: PoolPlan
  readonly warnings: readonly PlanWarning[]
}

/** Plans the replicas of one kind: settings, size, command. `at` is the path of their fields in the Fleet. */
export function planReplica(
  replica: Replica,
  context: {
    readonly fleet: Fleet
    readonly geometry: ModelGeometry | undefined
    readonly at: string
    readonly given?: GivenFraction | undefined
  },
): PlannedReplica {
  const { geometry, given, at } = context
  const isStarted = factsEngine(replica.model.engine) !== undefined
  const asked = attempt(() => (isStarted ? askedOf(replica) : undefined), at)
  const decisions = decideSettings(replica, geometry, asked.value)
  if (given !== undefined && decisions.get('hardware.memoryFraction')?.by !== 'fleet') {
    decisions.set('hardware.memoryFraction', given.fraction, 'sizing', given.reason)
  }
  const warnings = [
    ...asked.warnings,
    ...unknownGpu(replica, at),
    ...gpusDiffer(replica, at),
    ...shortened(replica, decisions, at),
    ...sharedLatency(replica, asked.value?.dedicatedGpu ?? false, at),
    ...tiersBeyondCommand(replica, at),
  ]
  const gpu = runsOnProcessor(replica) ? undefined : gpuFor(replica, geometry, decisions, given?.gpu)
  const price = gpu === undefined ? undefined : priceFor(gpu, context.fleet, given)
  const sized = geometry === undefined || gpu === undefined ? undefined : size(replica, geometry, gpu, decisions, price)
  if (sized !== undefined) {
    fillFromSizing(replica, sized.sizing, decisions)
    warnings.push(...sizingWarnings(replica, sized, at))
  }
  const processor =
    gpu === undefined && geometry !== undefined && replica.model.engine === 'llamacpp'
      ? sizeOnProcessor(replica, geometry, decisions)
      : undefined
  const settings = asked.value?.settings
  const command = attempt(() => (settings === undefined ? undefined : engineCommand(replica, settings, decisions)), at)
  warnings.push(...command.warnings)
  if (command.value !== undefined) warnings.push(...argumentWarnings(command.value, replica, at))
  const host = sized === undefined ? undefined : hostOf(replica, sized.sizing)
  return {
    pool: {
      role: replica.role,
      replicas: rangeOf(replica),
      ...(gpu === undefined ? {} : { gpu }),
      gpus: gpuCount(replica, gpu, decisions),
      decisions: decisions.list(),
      ...(sized === undefined ? {} : { sizing: sized.sizing, request: sized.request }),
      ...(price === undefined ? {} : { price }),
      ...(processor === undefined ? {} : { processor }),
      waysOut: sized === undefined || sized.sizing.fits ? [] : findWaysOut(sized.request, gpus),
      ...(host === undefined ? {} : { host }),
      ...(command.value === undefined ? {} : { settings: command.value.settings, command: command.value.words }),
    },
    warnings,
  }
}

/** Whether it takes no GPU: the Fleet says so, or the engine does well without and nothing is said. */
const runsOnProcessor = ({ hardware: { gpu, gpus }, model: { engine } }: Replica): boolean =>
  gpus === 0 || (engine === 'llamacpp' && gpu === undefined && gpus === undefined)

/** GPUs of a replica. An engine that computes takes one also where nothing is known of the model or the kind of GPU. */
function gpuCount(replica: Replica, gpu: GpuSpec | undefined, decisions: Decisions): number {
  const takesGpus = gpu !== undefined || (sizedEngine(replica.model.engine) !== undefined && !runsOnProcessor(replica))
  return takesGpus ? (decisions.number('hardware.gpus') ?? 1) : 0
}

/** The GPU of the Fleet or of the group, else the cheapest on which it fits, as far as the model’s shape is known. */
function gpuFor(
  replica: Replica,
  geometry: ModelGeometry | undefined,
  decisions: Decisions,
  ofGroup: GivenFraction['gpu'],
): GpuSpec | undefined {
  const { hardware, model } = replica
  const named = namedGpu(replica)
  if (named !== undefined) {
    decisions.fromFleet('hardware.gpu', named.key, named.title)
    return named
  }
  if (ofGroup !== undefined) {
    decisions.set('hardware.gpu', ofGroup.spec.key, 'sizing', ofGroup.reason, ofGroup.spec.title)
    return ofGroup.spec
  }
  if (geometry === undefined || hardware.gpu !== undefined || sizedEngine(model.engine) === undefined) return undefined
  const ask = (gpu: GpuSpec) => sizingRequest(replica, { geometry, gpu }, decisions)
  const least = Math.min(geometry.maxContext, usefulContext)
  const isOpen = decisions.get('context')?.by === 'model'
  const gpu = cheapestGpu((each) => (isOpen ? { ...ask(each), context: least } : ask(each)))
  if (gpu === undefined) return undefined
  const reason = `sizing: the cheapest of the catalogue that holds it${priceTag(gpu)}`
  decisions.set('hardware.gpu', gpu.key, 'sizing', reason, gpu.title)
  return gpu
}

function size(
  replica: Replica,
  geometry: ModelGeometry,
  gpu: GpuSpec,
  decisions: Decisions,
  price: PoolPlan['price'],
): SizedReplica | undefined {
  if (sizedEngine(replica.model.engine) === undefined) return undefined
  return sizeReplica(sizingRequest(replica, { geometry, gpu, pricePerHour: price?.perHour }, decisions), decisions)
}

/** The price of a GPU, or of a model’s part of one that it shares. */
function priceFor(gpu: GpuSpec, fleet: Fleet, given: GivenFraction | undefined): PoolPlan['price'] {
  const price = priceOf(gpu, fleet)
  if (price === undefined || given === undefined) return price
  const part = Math.round(given.priceShare * 100)
  return {
    ...price,
    perHour: price.perHour * given.priceShare,
    reason: `${part} % of the GPU’s price; ${price.reason}`,
  }
}

/** What an engine cannot express becomes an error of the plan. */
function attempt<Value>(make: () => Value, at: string): { readonly value?: Value; readonly warnings: PlanWarning[] } {
  try {
    return { value: make(), warnings: [] }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const { what, why, mend } = error.parts
    const message = why === undefined ? what : `${what} ${why}`
    const warning = { severity: 'error', id: 'engine-cannot', path: at, message } as const
    return { warnings: [mend === undefined ? warning : { ...warning, suggestion: mend }] }
  }
}

/** What the Fleet asks of the host, else what sizing does. */
function hostOf({ resources, model }: Replica, { host }: Sizing): ReplicaHost {
  const { cpu, memory, memoryRequest, sharedMemory, disk } = resources
  const tiers = model.kvCache.tiers
  const tierBytes = (medium: string) =>
    tiers.filter((tier) => tier.medium === medium).reduce((sum, { size: bytes }) => sum + bytes, 0)
  const own = 'from the Fleet'
  const [inMemory, onDisk] = [tierBytes('memory'), tierBytes('disk')]
  const ofFleet = memory ?? memoryRequest
  return {
    cpus: cpu ?? host.cpus,
    memoryBytes: (ofFleet ?? host.memoryBytes) + inMemory,
    sharedMemoryBytes: sharedMemory ?? host.sharedMemoryBytes,
    diskBytes: (disk ?? host.diskBytes) + onDisk,
    reasons: {
      cpus: cpu === undefined ? `sizing: ${host.formulas.cpus}` : own,
      memoryBytes: plus(
        ofFleet === undefined ? `sizing: ${host.formulas.memoryBytes}` : own,
        inMemory,
        'the memory tier',
      ),
      sharedMemoryBytes: sharedMemory === undefined ? `sizing: ${host.formulas.sharedMemoryBytes}` : own,
      diskBytes: plus(disk === undefined ? `sizing: ${host.formulas.diskBytes}` : own, onDisk, 'the disk tier'),
    },
  }
}

const plus = (reason: string, tierBytes: number, tier: string) =>
  `${reason}${tierBytes === 0 ? '' : `, and ${formatGiB(tierBytes)} for ${tier} of the KV cache`}`
