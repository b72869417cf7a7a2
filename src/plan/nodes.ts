import type { Fleet } from '../fleet/index.ts'
import { formatCount, formatGiB } from './amounts.ts'
import type { GroupPlan, HourlyCost, ModelPlan, NodeNeeds, PoolPlan } from './contract.ts'
import { priceOf } from './prices.ts'

/** GPUs of the usual machines; a replica’s GPUs stay in one of them where they can. */
const gpusPerMachine = [1, 2, 4, 8] as const
/** Time in which a new node should have fetched its weights, for the network that this takes. */
const downloadMinutes = 10
/** Memory and cores that the system and its agents keep. Source: kubernetes.io, “Reserve Compute Resources”, rounded up. */
const systemCpus = 1
const systemBytes = 2 * 2 ** 30

interface Placed {
  readonly model: ModelPlan
  readonly pool: PoolPlan
  /** GPUs that are its alone; models of a group count once. */
  readonly gpus: number
}

/** Machines that the Fleet needs with every pool at its most. */
export function planNodes(models: readonly ModelPlan[], groups: readonly GroupPlan[], fleet: Fleet): NodeNeeds[] {
  const shared = new Set(groups.flatMap(({ members }) => members.slice(1).map(({ model }) => model)))
  const placed = models.flatMap((model) =>
    model.pools.map((pool): Placed => ({ model, pool, gpus: shared.has(model.name) ? 0 : pool.gpus })),
  )
  const kinds = [...new Set(placed.flatMap(({ pool }) => (pool.gpu === undefined ? [] : [pool.gpu.key])))]
  return [
    ...kinds.map((kind) =>
      gpuNodes(
        kind,
        placed.filter(({ pool }) => pool.gpu?.key === kind),
        fleet,
      ),
    ),
    ...gatewayNodes(fleet),
  ]
}

function gpuNodes(kind: string, placed: readonly Placed[], fleet: Fleet): NodeNeeds {
  const largest = Math.max(1, ...placed.map(({ pool }) => pool.gpus))
  const gpusPerNode = gpusPerMachine.find((count) => count >= largest) ?? 8
  const gpusAtMost = placed.reduce((sum, { pool, gpus }) => sum + pool.replicas.max * gpus, 0)
  // Replicas do not straddle machines, so each kind of replica is counted by how many a machine holds.
  const nodes = placed.reduce((sum, { pool, gpus }) => {
    if (gpus === 0) return sum
    const perNode = Math.max(1, Math.floor(gpusPerNode / gpus))
    return (
      sum +
      Math.ceil(gpus / gpusPerNode) * (gpus > gpusPerNode ? pool.replicas.max : Math.ceil(pool.replicas.max / perNode))
    )
  }, 0)
  const perNode = (pool: PoolPlan) => Math.max(1, Math.floor(gpusPerNode / Math.max(1, pool.gpus)))
  const most = (valueOf: (pool: PoolPlan) => number) =>
    groupsOf(fleet, placed, (pool) => valueOf(pool) * Math.min(perNode(pool), Math.max(1, pool.replicas.max)))
  return {
    kind,
    gpusPerNode,
    nodes,
    gpusAtMost,
    cpusPerNode: Math.ceil(most(({ host }) => host?.cpus ?? 0)) + systemCpus,
    memoryBytesPerNode: most(({ host }) => host?.memoryBytes ?? 0) + systemBytes,
    diskBytesPerNode: diskOf(placed),
    network: [...new Map(placed.flatMap(networkOf).map((row) => [row.what, row])).values()],
    formulas: [
      `${gpusPerNode} ${gpusPerNode === 1 ? 'GPU' : 'GPUs'} a node: the smallest usual machine that holds a replica of ${largest}`,
      `nodes: replicas at the most, as many on a node as its GPUs hold`,
      `cores and memory: those of the replicas on a node, and ${systemCpus} core and ${formatGiB(systemBytes)} for the system`,
    ],
  }
}

/** The most that replicas on one node ask: of a group all members, of others the largest kind. */
function groupsOf(fleet: Fleet, placed: readonly Placed[], valueOf: (pool: PoolPlan) => number): number {
  const groupOf = (name: string) => fleet.models.find((model) => model.name === name)?.hardware.group
  const sums = new Map<string, number>()
  for (const { model, pool } of placed) {
    const group = groupOf(model.name)
    const key = group ?? `${model.name} ${pool.role}`
    sums.set(key, (sums.get(key) ?? 0) + valueOf(pool))
  }
  return Math.max(0, ...sums.values())
}

/** Every model’s weights once, and one image: a node may get any replica of its kind. */
function diskOf(placed: readonly Placed[]): number {
  const byModel = new Map<string, number>()
  for (const { model, pool } of placed) {
    byModel.set(model.name, Math.max(byModel.get(model.name) ?? 0, pool.host?.diskBytes ?? 0))
  }
  return [...byModel.values()].reduce((sum, bytes) => sum + bytes, 0)
}

function networkOf({ model, pool }: Placed): NodeNeeds['network'] {
  const { sizing } = pool
  if (sizing === undefined) return []
  const download = (sizing.weightBytes * 8) / (downloadMinutes * 60) / 1e9
  const rows = [
    {
      what: `weights of ${model.name} in ${downloadMinutes} minutes`,
      gigabitsPerSecond: download,
      formula: `${formatGiB(sizing.weightBytes)} × 8 bits ÷ ${downloadMinutes * 60} s`,
    },
  ]
  if (pool.role !== 'prefill') return rows
  const rate = sizing.tokensPerSecond.prefill
  return [
    ...rows,
    {
      what: `KV cache of ${model.name} from a prefill replica`,
      gigabitsPerSecond: (sizing.kvBytesPerToken * rate * 8) / 1e9,
      formula: `${formatCount(sizing.kvBytesPerToken)} bytes a token × ${formatCount(rate)} prompt tokens a second × 8 bits`,
    },
  ]
}

/** Gateways that ask for resources of their own are counted; one on the side of a replica is not. */
function gatewayNodes({ gateway }: Fleet): NodeNeeds[] {
  const { cpu, memory, memoryRequest } = gateway.resources
  if (cpu === undefined && memory === undefined && memoryRequest === undefined) return []
  const bytes = memoryRequest ?? memory ?? 0
  return [
    {
      kind: 'gateway',
      gpusPerNode: 0,
      nodes: gateway.replicas,
      gpusAtMost: 0,
      cpusPerNode: (cpu ?? 1) + systemCpus,
      memoryBytesPerNode: bytes + systemBytes,
      diskBytesPerNode: 0,
      network: [],
      formulas: [
        `${gateway.replicas} gateways, each on a node of its own so that one may fail; they fit beside replicas too`,
        `gateway.resources, and ${systemCpus} core and ${formatGiB(systemBytes)} for the system`,
      ],
    },
  ]
}

/** Money for an hour of all GPUs whose price is known; undefined when none is, or when currencies differ. */
export function hourlyCost(
  models: readonly ModelPlan[],
  groups: readonly GroupPlan[],
  fleet: Fleet,
): HourlyCost | undefined {
  const shared = new Set(groups.flatMap(({ members }) => members.slice(1).map(({ model }) => model)))
  const rows = models.flatMap(({ name, pools }) =>
    pools.flatMap(({ gpu, gpus, replicas }) => {
      const price = gpu === undefined || shared.has(name) ? undefined : priceOf(gpu, fleet)
      return price === undefined ? [] : [{ price, gpus, replicas, key: gpu?.key ?? '' }]
    }),
  )
  const [first] = rows
  if (first === undefined || rows.some(({ price }) => price.currency !== first.price.currency)) return undefined
  const sum = (countOf: (replicas: PoolPlan['replicas']) => number) =>
    rows.reduce((total, { price, gpus, replicas }) => total + price.perHour * gpus * countOf(replicas), 0)
  const terms = rows.map(({ price, gpus, replicas, key }) => `${replicas.max} × ${gpus} ${key} × ${price.perHour}`)
  return {
    currency: first.price.currency,
    min: sum(({ min }) => min),
    max: sum(({ max }) => max),
    formula: `at the most ${terms.join(' + ')} ${first.price.currency}; ${[...new Set(rows.map(({ price }) => price.reason))].join('; ')}`,
  }
}
