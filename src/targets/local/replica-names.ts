import type { Fleet, Model } from '../../fleet/index.ts'
import { rangeOf, replicasOf } from '../../plan/index.ts'
import type { ReplicaRole } from '../../scheduling/index.ts'

/** One replica that is to run on this machine. */
export interface LocalReplica {
  /** Unique within the Fleet, stable, and fit for a file name: `smollm2-0`, `smollm2-decode-0`. */
  readonly id: string
  /** As its pool has it. */
  readonly model: Model
  readonly role: ReplicaRole
}

/** The replicas of a model in one role, as processes on this machine. */
export interface LocalPool {
  /** As the pool has it. */
  readonly model: Model
  readonly role: ReplicaRole
  /** Replicas that it starts with. */
  readonly first: number
  idOf(index: number): string
}

/** A model's name as part of a file name: `meta-llama/Llama-3` becomes `meta-llama-Llama-3`. */
function fileNameOf(modelName: string): string {
  return modelName.replace(/[^A-Za-z0-9._-]/g, '-')
}

/** The pools that are processes on this machine, in the order of the Fleet file. */
export function localPools(fleet: Fleet): readonly LocalPool[] {
  const taken = new Set<string>()
  return fleet.models.flatMap((model) => {
    if (model.engine === 'external') return []
    let base = fileNameOf(model.name)
    for (let suffix = 2; taken.has(base); suffix++) base = `${fileNameOf(model.name)}-${suffix}x`
    taken.add(base)
    return replicasOf(model).map((replica): LocalPool => {
      const { role, hardware, parallelism, resources, engineArgs } = replica
      const maxSequences = replica.maxSequences === undefined ? {} : { maxSequences: replica.maxSequences }
      const maxBatchedTokens =
        replica.maxBatchedTokens === undefined ? {} : { maxBatchedTokens: replica.maxBatchedTokens }
      return {
        model:
          role === 'both'
            ? model
            : {
                ...model,
                hardware,
                parallelism,
                resources,
                ...maxSequences,
                ...maxBatchedTokens,
                engineArgs: [...engineArgs],
              },
        role,
        first: rangeOf(replica).min,
        idOf: (index) => `${base}${role === 'both' ? '' : `-${role}`}-${index}`,
      }
    })
  })
}

/** The replicas that a Fleet starts with, in the order of the Fleet file. */
export function localReplicas(fleet: Fleet): readonly LocalReplica[] {
  return localPools(fleet).flatMap(({ model, role, first, idOf }) =>
    Array.from({ length: first }, (_, index) => ({ id: idOf(index), model, role })),
  )
}

/**
 * Threads of a replica: what the Fleet says, else an equal share of all cores but one, at least 1.
 * The one is the gateway's and everybody else's: llama.cpp's threads wait for each other at every layer, and one that
 * has to share its core holds up all (2 threads on 2 busy cores gave half the tokens/s of 1).
 */
export function threadsOf(model: Model, cores: number, replicaCount: number): number {
  return model.threads ?? Math.max(1, Math.floor((cores - 1) / Math.max(1, replicaCount)))
}

/** Whether a log belongs to what a person asked for: a replica id, `gateway`, or a model's name. */
export function isLogOf(source: string, subject: string, modelOf: ReadonlyMap<string, string>): boolean {
  if (source === subject || modelOf.get(source) === subject) return true
  const prefix = `${fileNameOf(subject)}-`
  return (
    !modelOf.has(source) && source.startsWith(prefix) && /^((prefill|decode)-)?\d+$/.test(source.slice(prefix.length))
  )
}
