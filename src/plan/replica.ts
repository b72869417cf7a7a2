import type { Model } from '../fleet/index.ts'
import type { PoolRole } from './contract.ts'

type Pool = NonNullable<Model['prefill']>

/** What the Fleet says of the replicas of one kind: a pool's own words go before those of its model. */
export interface Replica {
  readonly model: Model
  readonly role: PoolRole
  /** Addresses of an external engine's replicas. */
  readonly addresses: readonly string[]
  readonly replicas: number | undefined
  readonly minReplicas: number | undefined
  readonly maxReplicas: number | undefined
  readonly hardware: Model['hardware']
  readonly parallelism: Model['parallelism']
  readonly resources: Model['resources']
  readonly maxSequences: number | undefined
  readonly maxBatchedTokens: number | undefined
  readonly engineArgs: readonly string[]
}

/** The kinds of replicas that a model has: one, or a prefill and a decode pool. */
export function replicasOf(model: Model): Replica[] {
  const { prefill, decode } = model
  if (prefill === undefined || decode === undefined) return [alone(model)]
  return [ofPool(model, prefill, 'prefill'), ofPool(model, decode, 'decode')]
}

function alone(model: Model): Replica {
  const { minReplicas, maxReplicas, hardware, parallelism, resources, maxSequences, maxBatchedTokens, engineArgs } =
    model
  const replicas = maxReplicas === undefined ? model.replicas : undefined
  return {
    model,
    role: 'both',
    addresses: model.addresses,
    replicas,
    minReplicas,
    maxReplicas,
    hardware,
    parallelism,
    resources,
    maxSequences,
    maxBatchedTokens,
    engineArgs,
  }
}

function ofPool(model: Model, pool: Pool, role: PoolRole): Replica {
  const { replicas, minReplicas, maxReplicas } = pool
  const spread = [pool.parallelism, model.parallelism].find(isSpread) ?? pool.parallelism
  return {
    model,
    role,
    addresses: pool.addresses,
    replicas: replicas ?? (minReplicas === undefined && maxReplicas === undefined ? 1 : undefined),
    minReplicas,
    maxReplicas,
    hardware: hardwareOf(model, pool),
    parallelism: pool.hardware.gpus === undefined ? spread : pool.parallelism,
    resources: merged(model.resources, pool.resources),
    maxSequences: pool.maxSequences ?? model.maxSequences,
    maxBatchedTokens: pool.maxBatchedTokens ?? model.maxBatchedTokens,
    engineArgs: [...model.engineArgs, ...pool.engineArgs],
  }
}

/** Whether a model is spread over more than one GPU. */
export const isSpread = ({ tensor, pipeline, data }: Model['parallelism']): boolean => tensor * pipeline * data > 1

/** The hardware of a pool's replicas: where the pool is silent, its model has the word. */
export const hardwareOf = (model: Pick<Model, 'hardware'>, pool: Pick<Pool, 'hardware'> | undefined) =>
  merged(model.hardware, pool?.hardware ?? {})

/** `over` where it says something, else `under`. */
function merged<Section extends object>(under: Section, over: { readonly [Key in keyof Section]?: unknown }): Section {
  const said = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined))
  return { ...under, ...said }
}

/** GPUs of a replica as far as the Fleet says; undefined when it leaves that open. */
export function gpusOf({ hardware, parallelism }: Replica): number | undefined {
  if (hardware.gpus !== undefined) return hardware.gpus
  return isSpread(parallelism) ? parallelism.tensor * parallelism.pipeline * parallelism.data : undefined
}

/** Fewest and most replicas, and who says so. */
export function rangeOf({ model, addresses, replicas, minReplicas, maxReplicas }: Replica): {
  min: number
  max: number
  reason: string
} {
  if (model.engine === 'external') {
    const count = addresses.length
    return { min: count, max: count, reason: 'addresses of the Fleet' }
  }
  if (maxReplicas !== undefined) return { min: minReplicas ?? 1, max: maxReplicas, reason: 'from the Fleet' }
  const count = replicas ?? minReplicas ?? 1
  return { min: count, max: count, reason: count === 1 ? 'the default' : 'from the Fleet' }
}
