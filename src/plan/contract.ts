import type { EngineSettings } from '../engines/index.ts'
import type { EngineName, Fleet, TargetName } from '../fleet/index.ts'
import type { GpuSpec, MemoryItem, ModelGeometry, Sizing, SizingRequest, WayOut } from '../sizing/index.ts'

/** Who decided a value. */
export type DecidedBy = 'fleet' | 'role' | 'profile' | 'model' | 'sizing' | 'engine' | 'default'

/** One resolved setting of a model, and why it has this value. */
export interface Decision {
  /** Field of the model entry, such as `hardware.memoryFraction`. */
  readonly field: string
  readonly value: string | number | boolean
  /** The value for people: `32,768 tokens`. */
  readonly text: string
  readonly by: DecidedBy
  /** Such as `from the Fleet`, `profile latency`, `the model’s own limit`, `sizing: …`. */
  readonly reason: string
}

/** What replicas of a pool do. */
export type PoolRole = 'both' | 'prefill' | 'decode'

/** What all replicas of a kind ask of a host. A figure of the Fleet goes before one of sizing. */
export interface ReplicaHost {
  readonly cpus: number
  readonly memoryBytes: number
  readonly sharedMemoryBytes: number
  readonly diskBytes: number
  /** How each came about. */
  readonly reasons: Readonly<Record<'cpus' | 'memoryBytes' | 'sharedMemoryBytes' | 'diskBytes', string>>
}

/** Memory of the machine that a replica takes which has no GPU. */
export interface ProcessorMemory {
  readonly items: readonly MemoryItem[]
  /** All of them. */
  readonly bytes: number
  readonly kvBytesPerToken: number
  /** Sequences at once, each with its whole context. */
  readonly sequences: number
  readonly context: number
}

/** The replicas of a model that are alike. */
export interface PoolPlan {
  readonly role: PoolRole
  readonly replicas: { readonly min: number; readonly max: number; readonly reason: string }
  /** Absent where there is no GPU. */
  readonly gpu?: GpuSpec
  /** GPUs of one replica. */
  readonly gpus: number
  readonly decisions: readonly Decision[]
  /** Absent where the model’s shape or the hardware is not known. */
  readonly sizing?: Sizing
  /** What an hour of one of its GPUs costs, and who says so. */
  readonly price?: { readonly perHour: number; readonly currency: string; readonly reason: string }
  /** In place of it, without a GPU. */
  readonly processor?: ProcessorMemory
  /** What was sized, so that the same can be asked again with a change. */
  readonly request?: SizingRequest
  /** Ways out, when it does not fit. */
  readonly waysOut: readonly WayOut[]
  readonly host?: ReplicaHost
  /** What the engine is started with, in no engine’s words; absent where the engine takes none from a plan. */
  readonly settings?: EngineSettings
  /** The same as its command with every argument. */
  readonly command?: readonly string[]
}

/** A model of the Fleet, resolved. */
export interface ModelPlan {
  readonly name: string
  readonly engine: EngineName
  readonly source?: string
  /** What its size follows from; absent where it is not known. */
  readonly geometry?: ModelGeometry
  readonly pools: readonly PoolPlan[]
}

/** Models that share the same GPUs. */
export interface GroupPlan {
  readonly name: string
  readonly gpu: string
  readonly gpus: number
  /** Share of each GPU that they may take together. */
  readonly total: number
  readonly totalReason: string
  readonly members: readonly { readonly model: string; readonly fraction: number; readonly reason: string }[]
  readonly fits: boolean
}

/** Machines of one kind. */
export interface NodeNeeds {
  /** GPU type, or `cpu`. */
  readonly kind: string
  readonly gpusPerNode: number
  /** Nodes when every pool has its most replicas. */
  readonly nodes: number
  readonly gpusAtMost: number
  readonly cpusPerNode: number
  readonly memoryBytesPerNode: number
  readonly diskBytesPerNode: number
  readonly network: readonly { readonly what: string; readonly gigabitsPerSecond: number; readonly formula: string }[]
  readonly formulas: readonly string[]
}

/** Something that a person should know before they run it. */
export interface PlanWarning {
  readonly severity: 'error' | 'warning' | 'info'
  readonly id: string
  /** Field of the Fleet that it is about, such as `models[0].context`. */
  readonly path: string
  readonly message: string
  readonly suggestion?: string
  readonly source?: string
}

/** Money for an hour of everything, at the least and the most replicas. */
export interface HourlyCost {
  readonly currency: string
  readonly min: number
  readonly max: number
  readonly formula: string
}

/** A Fleet with every default filled in, sized, and every number explained. */
export interface Plan {
  readonly fleet: Fleet
  readonly target: TargetName
  readonly models: readonly ModelPlan[]
  readonly groups: readonly GroupPlan[]
  readonly nodes: readonly NodeNeeds[]
  readonly costPerHour?: HourlyCost
  readonly warnings: readonly PlanWarning[]
  /** Whether everything whose size is known fits where it is to run. */
  readonly fits: boolean
}

/** What a plan knows beside the Fleet. */
export interface PlanFacts {
  /** Where it is to run; the Fleet’s default when absent. */
  readonly target?: TargetName
  /** Shapes read from files, by model name; they go before the catalogue’s. */
  readonly geometries?: ReadonlyMap<string, ModelGeometry>
}
