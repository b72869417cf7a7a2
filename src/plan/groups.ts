import type { ModelSettings } from '../engines/index.ts'
import { UserError } from '../errors/index.ts'
import type { Fleet, Model } from '../fleet/index.ts'
import type { GpuSpec, ModelGeometry, SizingRequest } from '../sizing/index.ts'
import { sizeModel } from '../sizing/index.ts'
import { formatShare } from './amounts.ts'
import { cheapestThat, namedGpu, priceTag } from './choose-gpu.ts'
import type { GroupPlan, PlanWarning } from './contract.ts'
import { askedOf, decideSettings } from './decide-settings.ts'
import type { GivenFraction } from './plan-replica.ts'
import { replicasOf, type Replica } from './replica.ts'
import { leastFraction, sizingRequest } from './size-replica.ts'

/** What models of a group take together where no model says it: what is left is for each one's CUDA context. */
const defaultTotal = 0.9

interface Member {
  readonly index: number
  readonly model: Model
  readonly replica: Replica
  readonly geometry: ModelGeometry | undefined
}

/** Groups of models that share GPUs, with the fraction that each member gets. */
export interface PlannedGroups {
  readonly groups: readonly GroupPlan[]
  /** By model name. */
  readonly given: ReadonlyMap<string, GivenFraction>
  readonly warnings: readonly PlanWarning[]
}

/** Splits the GPUs of every group among its models. */
export function planGroups(fleet: Fleet, geometryOf: (model: Model) => ModelGeometry | undefined): PlannedGroups {
  const members = new Map<string, Member[]>()
  for (const [index, model] of fleet.models.entries()) {
    const { group } = model.hardware
    const [replica] = replicasOf(model)
    if (group === undefined || replica === undefined) continue
    members.set(group, [...(members.get(group) ?? []), { index, model, replica, geometry: geometryOf(model) }])
  }
  const planned = [...members].map(([name, group]) => planGroup(name, group))
  return {
    groups: planned.map(({ group }) => group),
    given: new Map(planned.flatMap(({ given }) => [...given])),
    warnings: planned.flatMap(({ warnings }) => warnings),
  }
}

interface Share {
  readonly member: Member
  readonly fraction: number
  readonly reason: string
}

function planGroup(
  name: string,
  members: readonly Member[],
): { group: GroupPlan; given: Map<string, GivenFraction>; warnings: PlanWarning[] } {
  const [first] = members
  const total = first?.model.hardware.groupFraction ?? defaultTotal
  const stated = members.find(({ model }) => model.hardware.groupFraction !== undefined)?.model.hardware.groupFraction
  const limit = stated ?? total
  const totalReason =
    stated === undefined ? `the default: ${1 - defaultTotal} is left for CUDA contexts` : 'from the Fleet'
  const gpu = gpuOf(members, limit)
  const shares = split(members, limit, gpu?.spec)
  const sum = sumOf(shares)
  const fits = sum <= limit + 1e-9
  const warnings = [...consistency(name, members)]
  if (!fits) warnings.push(tooMuch(name, shares, limit))
  return {
    group: {
      name,
      gpu: gpu?.spec.title ?? first?.model.hardware.gpu ?? 'unknown',
      gpus: first?.model.hardware.gpus ?? 1,
      total: limit,
      totalReason,
      members: shares.map(({ member, fraction, reason }) => ({ model: member.model.name, fraction, reason })),
      fits,
    },
    given: new Map(
      shares.map(({ member, fraction, reason }) => [
        member.model.name,
        {
          fraction,
          reason,
          priceShare: sum === 0 ? 1 : Math.min(1, fraction / sum),
          ...(gpu === undefined ? {} : { gpu }),
        },
      ]),
    ),
    warnings,
  }
}

/** The GPU that a model of the group names, else the cheapest that holds what all of them take at least. */
function gpuOf(members: readonly Member[], limit: number): GivenFraction['gpu'] {
  const named = members.map(({ replica }) => namedGpu(replica)).find((gpu) => gpu !== undefined)
  if (named !== undefined) return { spec: named, reason: 'as other models of the group' }
  const isOpen = members.every(
    ({ model, geometry }) =>
      geometry !== undefined &&
      model.hardware.gpu === undefined &&
      (model.engine === 'vllm' || model.engine === 'sglang'),
  )
  if (!isOpen) return undefined
  const spec = cheapestThat((gpu) => {
    const least = members.map((member): Share => {
      const fraction = member.model.hardware.memoryFraction ?? needOf(member, gpu).least ?? 1
      return { member, fraction, reason: '' }
    })
    return least.every(({ fraction }) => fraction < 1) && sumOf(least) <= limit
  })
  if (spec === undefined) return undefined
  return { spec, reason: `sizing: the cheapest of the catalogue that holds the whole group${priceTag(spec)}` }
}

const isOnRequest = ({ model }: Member) => model.lifecycle.load === 'request'

/** What is taken at once: of models that are loaded on request only the largest, since they take turns. */
function sumOf(shares: readonly Share[]): number {
  const fractionsOf = (onRequest: boolean) =>
    shares.filter(({ member }) => isOnRequest(member) === onRequest).map(({ fraction }) => fraction)
  return fractionsOf(false).reduce((sum, fraction) => sum + fraction, 0) + Math.max(0, ...fractionsOf(true))
}

/** Fractions that the Fleet says stay; the rest is shared by need: the least that each takes, and what is left in proportion to a sequence. */
function split(members: readonly Member[], limit: number, gpu: GpuSpec | undefined): Share[] {
  const fixed = members.filter(({ model }) => model.hardware.memoryFraction !== undefined)
  const open = members.filter(({ model }) => model.hardware.memoryFraction === undefined)
  const stated = fixed.map((member): Share => ({
    member,
    fraction: member.model.hardware.memoryFraction ?? 0,
    reason: 'from the Fleet',
  }))
  const taken = sumOf(stated)
  const needs = open.map((member) => ({ member, ...needOf(member, gpu) }))
  const least = needs.map((need): Share => ({ ...need, fraction: need.least ?? 0, reason: '' }))
  const left = limit - taken - sumOf(least)
  const weights = needs.map(({ member, sequenceBytes }) => ({
    member,
    fraction: sequenceBytes,
    reason: '',
  }))
  const weight = sumOf(weights)
  const turns = open.filter(isOnRequest).length > 1
  const shares = needs.map(({ member, least, sequenceBytes }): Share => {
    if (least === undefined) {
      const even = Math.max(0.01, Math.floor(((limit - taken) / open.length) * 100) / 100)
      const reason = `an even part of ${formatShare(limit - taken)}: what it takes is not known`
      return { member, fraction: even, reason }
    }
    const extra = left <= 0 || weight === 0 ? 0 : Math.floor(((left * sequenceBytes) / weight) * 100) / 100
    const fraction = Math.round((least + extra) * 100) / 100
    const reason =
      extra === 0
        ? `sizing: ${formatShare(least)} for weights, runtime and one sequence`
        : `sizing: ${formatShare(least)} for weights, runtime and one sequence, and ${formatShare(extra)} of the ` +
          `${formatShare(Math.max(0, left))} left, so that each holds as many sequences`
    const turn = turns && isOnRequest(member) ? '; takes turns with the others that load on request' : ''
    return { member, fraction, reason: `${reason}${turn}` }
  })
  return [...stated, ...shares].toSorted((one, other) => one.member.index - other.member.index)
}

/** The least fraction that a model takes, and the memory of one sequence of it; no least where that is not known. */
function needOf(
  { replica, geometry }: Member,
  ofGroup: GpuSpec | undefined,
): { least: number | undefined; sequenceBytes: number } {
  const gpu = namedGpu(replica) ?? ofGroup
  if (geometry === undefined || gpu === undefined) return { least: undefined, sequenceBytes: 0 }
  const decisions = decideSettings(replica, geometry, askedSafely(replica))
  const request: SizingRequest = sizingRequest(replica, { geometry, gpu }, decisions)
  // More than a whole GPU is told as such, by how far the fractions go over.
  const least = leastFraction(request, 0.01, 1) ?? 1
  // What computes no text keeps no sequence.
  if (geometry.task !== 'generate') return { least, sequenceBytes: 0 }
  return { least, sequenceBytes: sizeModel({ ...request, memoryFraction: 1 }).kvBytesPerSequence }
}

function tooMuch(name: string, shares: readonly Share[], limit: number): PlanWarning {
  const parts = shares.map(({ member, fraction }) => `${member.model.name} ${formatShare(fraction)}`).join(' + ')
  const sum = sumOf(shares)
  const path = `models[${shares[0]?.member.index ?? 0}].hardware.group`
  return {
    severity: 'error',
    id: 'group-does-not-fit',
    path,
    message: `group ${name}: ${parts} = ${formatShare(sum)}, which is more than ${formatShare(limit)} of a GPU`,
    suggestion:
      'shorten contexts, quantise, load one of them on request (lifecycle.load: request), or take a larger GPU',
  }
}

/** Members name the same GPU, as many of it, and one total. */
function consistency(name: string, members: readonly Member[]): PlanWarning[] {
  const differs = (valueOf: (model: Model) => unknown) =>
    new Set(members.map(({ model }) => valueOf(model)).filter((value) => value !== undefined)).size > 1
  const about = (field: string, message: string): PlanWarning => ({
    severity: 'error',
    id: 'group-differs',
    path: `models[${members[0]?.index ?? 0}].hardware.${field}`,
    message: `group ${name}: ${message}`,
    suggestion: 'write the same for each model of the group',
  })
  return [
    ...(differs(({ hardware }) => hardware.gpu)
      ? [about('gpu', 'its models name different GPUs, so they cannot share one')]
      : []),
    ...(differs(({ hardware }) => hardware.gpus) ? [about('gpus', 'its models name different numbers of GPUs')] : []),
    ...(differs(({ hardware }) => hardware.groupFraction)
      ? [about('groupFraction', 'its models name different totals')]
      : []),
  ]
}

/** What its engine cannot express is told where the model itself is planned. */
function askedSafely(replica: Replica): ModelSettings | undefined {
  try {
    return askedOf(replica)
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
