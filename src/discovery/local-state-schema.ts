import { z } from 'zod'
import { engineNames } from '../fleet/index.ts'
import { poolScalingSchema } from '../observe/report/index.ts'

/** A process by pid and start time (clock ticks since boot, /proc/pid/stat field 22), so that a reused pid is not mistaken for it. */
const processIdentity = z.object({ pid: z.int().positive(), startTime: z.string() })

/** States of a supervised process. */
const processStates = ['preparing', 'starting', 'ready', 'restarting', 'crash-loop', 'stopping', 'stopped'] as const

const replicaState = z.object({
  id: z.string(),
  model: z.string(),
  /** Of the two stages of generation; absent before 0.2. */
  role: z.enum(['both', 'prefill', 'decode']).default('both'),
  engine: z.enum(engineNames),
  host: z.string(),
  port: z.int(),
  state: z.enum(processStates),
  /** The process that we spawned: the engine, or the watchdog that holds it. */
  process: processIdentity.nullable(),
  /** The foreign engine under a watchdog. */
  engineProcess: processIdentity.nullable(),
  /** Times that the process was started; the generation of its replica. */
  starts: z.int(),
  since: z.string(),
  lastError: z.string().nullable(),
  /** Where it publishes its KV events; absent before 0.2. */
  kvEvents: z.object({ endpoint: z.string(), replayEndpoint: z.string() }).nullable().optional(),
})

/** `state.json` of a Fleet on target `local`: written by the supervisor, read by `status`, `down`, `logs` and the gateway. */
export const localStateSchema = z.object({
  version: z.literal(1),
  fleet: z.string(),
  fleetFile: z.string(),
  supervisor: processIdentity,
  startedAt: z.string(),
  /** Longest time in milliseconds that an orderly stop takes: draining and both graces. */
  stopBudgetMs: z.int().nonnegative().optional(),
  gateway: z
    .object({
      process: processIdentity.nullable(),
      state: z.enum(processStates),
      starts: z.int(),
      listen: z.object({ host: z.string(), port: z.int() }),
      admin: z.object({ host: z.string(), port: z.int() }),
      lastError: z.string().nullable(),
    })
    .nullable(),
  replicas: z.array(replicaState),
  /** How its pools are scaled; absent before 0.2. */
  scaling: z.array(poolScalingSchema).readonly().optional(),
})

/** The state of a Fleet on this machine. */
export type LocalState = z.output<typeof localStateSchema>
/** One supervised replica in the state. */
export type LocalReplicaState = LocalState['replicas'][number]
/** A process that is recognised again. */
export type ProcessIdentity = z.output<typeof processIdentity>
/** State of a supervised process. */
export type ProcessState = (typeof processStates)[number]
