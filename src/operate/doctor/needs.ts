import type { Model } from '../../fleet/index.ts'
import type { ModelPlan, Plan, PoolPlan } from '../../plan/index.ts'

/** GPUs that the replicas of a model take, at their fewest. */
export interface GpuNeed {
  readonly model: string
  readonly engine: Model['engine']
  /** GPU type as the Fleet says it; undefined where any will do. */
  readonly type: string | undefined
  readonly perReplica: number
  readonly replicas: number
}

/** Every pool that runs on GPUs. */
export function gpuNeeds(plan: Plan): GpuNeed[] {
  return plan.models.flatMap((model) =>
    model.pools
      .filter((pool) => pool.gpus > 0 && needsGpu(model))
      .map((pool) => ({
        model: model.name,
        engine: model.engine,
        type: plan.fleet.models.find(({ name }) => name === model.name)?.hardware.gpu,
        perReplica: pool.gpus,
        replicas: Math.max(1, pool.replicas.min),
      })),
  )
}

const needsGpu = ({ engine }: ModelPlan) => engine === 'vllm' || engine === 'sglang'

/** GPUs that have to be there at once on one machine or in a cluster; models of one group share theirs. */
export function gpusAtOnce(plan: Plan): number {
  const grouped = new Set(plan.groups.flatMap(({ members }) => members.map(({ model }) => model)))
  const own = gpuNeeds(plan).filter(({ model }) => !grouped.has(model))
  return (
    own.reduce((sum, { perReplica, replicas }) => sum + perReplica * replicas, 0) +
    plan.groups.reduce((sum, { gpus }) => sum + gpus, 0)
  )
}

/** Memory of the machine that everything without a GPU takes, and the hosts of what has one. */
export function memoryAtOnce(plan: Plan): number {
  return plan.models.flatMap(({ pools }) => pools).reduce((sum, pool) => sum + memoryOf(pool), 0)
}

const memoryOf = ({ processor, host, replicas }: PoolPlan) =>
  (processor?.bytes ?? host?.memoryBytes ?? 0) * Math.max(1, replicas.min)
