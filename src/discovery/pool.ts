import type { EngineName, SecretReference } from '../fleet/index.ts'
import type { ReplicaRole } from '../scheduling/contract.ts'
import type { Replica, ReplicaAddress } from './contract.ts'

/** How the replicas of a pool are found. */
export const resolutions = ['dns', 'static', 'endpointSlices', 'inferencePool'] as const

/** Replicas that somebody else starts and keeps: those of one model and role behind one address. */
export interface Pool {
  readonly model: string
  readonly role: ReplicaRole
  readonly engine: EngineName
  readonly address: ReplicaAddress
  /**
   * Whether each address behind the host name is a replica (`dns`), or the name is one (`static`); or each endpoint of the
   * Kubernetes Service that it names (`endpointSlices`), or each pod of the InferencePool (`inferencePool`).
   */
  readonly resolve: (typeof resolutions)[number]
  /** Where the key is that its engines ask for; absent where they ask for none. */
  readonly apiKey?: SecretReference | undefined
  /** Header fields that requests to its replicas carry, once its key was read: names and values in turn. */
  readonly headers?: readonly string[]
}

/** What starts a replica's id, in front of its host. */
const prefixOf = ({ model, role }: Pool): string => (role === 'both' ? model : `${model}-${role}`)

/**
 * The replica of a pool at one host. Its id comes from the host, so that it stays the same while others come and go:
 * `m-10-244-0-5`, `m-decode-10-244-0-5`.
 */
export function replicaAt(pool: Pool, host: string): Replica {
  const { model, role, engine, address, resolve, headers } = pool
  return {
    id: `${prefixOf(pool)}-${host.replaceAll(/[^A-Za-z0-9]/g, '-')}`,
    model,
    engine,
    address: resolve === 'static' ? { ...address, host } : { ...address, host, hostName: address.host },
    phase: 'serving',
    role,
    generation: 0,
    ...(headers === undefined ? {} : { headers }),
  }
}

/** A pod of a pool, as the cluster knows it. */
export interface PoolMember {
  /** IP address. */
  readonly host: string
  readonly port: number
  /** Name of the pod; absent where it is none. */
  readonly pod?: string
  readonly phase: Replica['phase']
  readonly generation: number
  /** Of a pod of the pool's canary. */
  readonly canaryShare?: number
}

/** The replica that a pod is; its id is the pod's name, as `kubectl` shows it. */
export function replicaOf(pool: Pool, { host, port, pod, phase, generation, canaryShare }: PoolMember): Replica {
  const replica = replicaAt(pool, host)
  return {
    ...replica,
    ...(pod === undefined ? {} : { id: pod }),
    address: { ...replica.address, port },
    phase,
    generation,
    ...(canaryShare === undefined ? {} : { canaryShare }),
  }
}
