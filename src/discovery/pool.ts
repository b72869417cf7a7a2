import type { EngineName } from '../fleet/index.ts'
import type { ReplicaRole } from '../scheduling/contract.ts'
import type { Replica, ReplicaAddress } from './contract.ts'

/** Replicas that somebody else starts and keeps: those of one model and role behind one address. */
export interface Pool {
  readonly model: string
  readonly role: ReplicaRole
  readonly engine: EngineName
  readonly address: ReplicaAddress
  /** Whether each address behind the host name is a replica (`dns`), or the name is one (`static`). */
  readonly resolve: 'dns' | 'static'
}

/**
 * The replica of a pool at one host. Its id comes from the host, so that it stays the same while others come and go:
 * `m-10-244-0-5`, `m-decode-10-244-0-5`.
 */
export function replicaAt({ model, role, engine, address, resolve }: Pool, host: string): Replica {
  const prefix = role === 'both' ? model : `${model}-${role}`
  return {
    id: `${prefix}-${host.replaceAll(/[^A-Za-z0-9]/g, '-')}`,
    model,
    engine,
    address: resolve === 'dns' ? { ...address, host, hostName: address.host } : { ...address, host },
    phase: 'serving',
    role,
    generation: 0,
  }
}
