import { ClusterError, type ClusterClient, type LiveObject } from '../../kubernetes/index.ts'

/** A Lease as it is stored (coordination.k8s.io/v1). */
export interface StoredLease {
  /** Who leads; empty when the last one let go. */
  readonly holder: string
  /** How long the holder may stay silent, in seconds. */
  readonly durationSeconds: number
  /** How often the holder has changed: whoever leads later has a higher number. */
  readonly transitions: number
  /** RFC 3339 with microseconds; written for people. */
  readonly acquiredAt: string
  readonly renewedAt: string
  /** Changes with every write; absent of a Lease that is to be made. */
  readonly version?: string
}

/** Where the Lease is. */
export interface LeaseStore {
  read(): Promise<StoredLease | undefined>
  /** Undefined when somebody else wrote since `lease.version` was read, or made it first. */
  write(lease: StoredLease): Promise<StoredLease | undefined>
}

interface LeaseSpec {
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  readonly leaseTransitions?: number
  readonly acquireTime?: string
  readonly renewTime?: string
}

const apiVersion = 'coordination.k8s.io/v1'
const kind = 'Lease'

/** The Lease of a name in an API server. */
export function leaseStore(client: ClusterClient, namespace: string, name: string): LeaseStore {
  return {
    async read() {
      const object = await client.get({ apiVersion, kind, namespace, name })
      return object === undefined ? undefined : leaseOf(object)
    },
    async write({ holder, durationSeconds, transitions, acquiredAt, renewedAt, version }) {
      const spec: LeaseSpec = {
        holderIdentity: holder,
        leaseDurationSeconds: durationSeconds,
        leaseTransitions: transitions,
        acquireTime: acquiredAt,
        renewTime: renewedAt,
      }
      const labels = { 'app.kubernetes.io/part-of': 'fairlead' }
      const metadata = { name, namespace, labels, ...(version === undefined ? {} : { resourceVersion: version }) }
      const object = { apiVersion, kind, metadata, spec }
      try {
        return leaseOf(version === undefined ? await client.create(object) : await client.update(object))
      } catch (error) {
        if (error instanceof ClusterError && (error.reason === 'conflict' || error.reason === 'not-found')) {
          return undefined
        }
        throw error
      }
    },
  }
}

function leaseOf({ metadata, ...rest }: LiveObject): StoredLease {
  const spec = (rest['spec'] ?? {}) as LeaseSpec
  return {
    holder: spec.holderIdentity ?? '',
    durationSeconds: spec.leaseDurationSeconds ?? 0,
    transitions: spec.leaseTransitions ?? 0,
    acquiredAt: spec.acquireTime ?? '',
    renewedAt: spec.renewTime ?? '',
    version: metadata.resourceVersion ?? '',
  }
}
