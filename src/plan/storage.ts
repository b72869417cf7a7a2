import type { Fleet } from '../fleet/index.ts'
import { formatGiB } from './amounts.ts'
import type { ModelPlan, Plan, PoolPlan } from './contract.ts'

/** How a cluster keeps models, in the Fleet's words. */
export type StorageKind = Exclude<Fleet['storage']['models']['kind'], 'folder'>

/** One way of keeping the models of a Fleet, and what it takes here. */
export interface StorageChoice {
  readonly kind: StorageKind
  readonly title: string
  /** Copies of weights, over all models and machines, at the most replicas. */
  readonly copies: number
  /** Bytes of all copies. */
  readonly bytes: number
  /** Bytes that are fetched from outside until every replica has its weights. */
  readonly fetchedBytes: number
  /** What must be there. */
  readonly needs: readonly string[]
  /** What speaks for it, and against it. */
  readonly pros: readonly string[]
  readonly cons: readonly string[]
  /** Why it does not work for this Fleet; absent where it does. */
  readonly refusal?: string
}

/** A model's weights, and how many machines hold replicas of it at the most. */
export interface StoredWeights {
  readonly model: string
  readonly bytes: number
  readonly machines: number
}

/** Every way of keeping the models of a Fleet, what each takes, and the one that fits best. */
export interface StoragePlan {
  readonly weights: readonly StoredWeights[]
  /** Models whose size is not known. */
  readonly unknown: readonly string[]
  readonly choices: readonly StorageChoice[]
  /** What the Fleet says; null when it leaves it open. */
  readonly chosen: StorageKind | null
  readonly advice: { readonly kind: StorageKind; readonly reason: string }
}

/** Speed at which downloads are estimated: a gigabit a second. */
export const downloadBytesPerSecond = 125_000_000

/** What keeping the models of a Fleet takes, one way and another. Pure. */
export function planStorage(plan: Plan): StoragePlan {
  const { fleet } = plan
  const stored = plan.models.filter(({ engine, source }) => source !== undefined && engine !== 'external')
  const weights = stored.flatMap((model) => weightsOf(model, plan))
  const sum = weights.reduce((bytes, each) => bytes + each.bytes, 0)
  const onMachines = weights.reduce((bytes, each) => bytes + each.bytes * each.machines, 0)
  const machineCopies = weights.reduce((copies, each) => copies + each.machines, 0)
  const most = Math.max(1, ...weights.map(({ machines }) => machines))
  const notOci = fleet.models.filter(({ source }) => source !== undefined && !source.startsWith('oci://'))
  const { kind, storageClass } = fleet.storage.models
  const shared = { copies: weights.length, bytes: sum, fetchedBytes: sum }
  const choices: StorageChoice[] = [
    {
      kind: 'hostPath',
      title: 'a folder of each machine',
      copies: machineCopies,
      bytes: onMachines,
      fetchedBytes: onMachines,
      needs: ['a folder on every machine with GPUs, such as /var/lib/fairlead/models'],
      pros: ['the fastest start: weights are read from the machine’s own disk', 'no storage class'],
      cons: [
        most > 1 ? `every machine fetches its own copy (${most} at the most)` : 'a replica that moves fetches anew',
        'the namespace must allow hostPath, which Pod Security `restricted` does not',
      ],
    },
    {
      kind: 'sharedClaim',
      title: 'one volume for all models',
      ...shared,
      needs: [
        `a StorageClass with ReadWriteMany, such as longhorn or nfs${storageClass === undefined ? '' : ` (the Fleet says ${storageClass})`}`,
      ],
      pros: ['every model is fetched once', 'new machines start from it at once'],
      cons: ['starts read over the network', 'one full volume stops all models'],
    },
    {
      kind: 'claimPerModel',
      title: 'a volume for each model',
      ...shared,
      needs: [
        most > 1
          ? `a StorageClass with ReadWriteMany, since a model runs on up to ${most} machines`
          : 'any StorageClass; ReadWriteOnce is enough, since every model stays on one machine',
      ],
      pros: ['every model is fetched once', 'a model can grow or be removed without touching others'],
      cons: [...(most > 1 ? ['starts read over the network'] : []), 'one volume more to watch for each model'],
    },
    {
      kind: 'imageVolume',
      title: 'container images with weights',
      copies: machineCopies,
      bytes: onMachines,
      fetchedBytes: onMachines,
      needs: ['Kubernetes 1.31 or newer with image volumes', 'models as oci:// artifacts in a registry near by'],
      pros: ['kept, verified and removed by the kubelet like any image', 'the registry is the one source'],
      cons: ['every machine pulls its own copy', 'an image cannot be resumed in the middle of a layer'],
      ...(notOci.length === 0
        ? {}
        : { refusal: `${notOci.map(({ name }) => name).join(', ')}: the source is not oci://` }),
    },
  ]
  return {
    weights,
    unknown: stored.filter((model) => weightBytes(model) === undefined).map(({ name }) => name),
    choices,
    chosen: kind === 'folder' ? null : kind,
    advice: advise(plan, { machines: most, sum }),
  }
}

function advise(
  plan: Plan,
  { machines, sum }: { readonly machines: number; readonly sum: number },
): StoragePlan['advice'] {
  const { models } = plan.fleet.storage
  const sources = plan.fleet.models.filter(({ engine }) => engine !== 'external').flatMap(({ source }) => source ?? [])
  if (sources.length > 0 && sources.every((source) => source.startsWith('oci://'))) {
    return { kind: 'imageVolume', reason: 'every model is an OCI artifact' }
  }
  if (machines <= 1) return { kind: 'hostPath', reason: 'every model runs on one machine, whose disk is the fastest' }
  const amount = formatGiB(sum)
  return models.storageClass === undefined
    ? { kind: 'sharedClaim', reason: `${machines} machines run a model: ${amount} is fetched once and shared` }
    : {
        kind: 'claimPerModel',
        reason: `${machines} machines run a model, and there is StorageClass ${models.storageClass}`,
      }
}

function weightsOf(model: ModelPlan, plan: Plan): StoredWeights[] {
  const bytes = weightBytes(model)
  if (bytes === undefined) return []
  const machines = model.pools.reduce((count, pool) => count + machinesOf(pool, plan), 0)
  return [{ model: model.name, bytes, machines: Math.max(1, machines) }]
}

/** Weights of a model once; undefined where its shape is not known. */
function weightBytes({ pools }: ModelPlan): number | undefined {
  const [pool] = pools
  return pool?.sizing?.weightBytes ?? pool?.processor?.items.find(({ name }) => name === 'weights')?.bytes
}

/** Machines that hold replicas of a pool at the most: as many on each as its GPUs hold. */
function machinesOf({ gpu, gpus, replicas }: PoolPlan, { nodes }: Plan): number {
  const perMachine = nodes.find(({ kind }) => kind === gpu?.key)?.gpusPerNode ?? 1
  if (gpus === 0) return Math.min(1, replicas.max)
  if (gpus > perMachine) return replicas.max * Math.ceil(gpus / perMachine)
  return Math.ceil(replicas.max / Math.floor(perMachine / gpus))
}
