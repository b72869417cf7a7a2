import type { ReplicaAddress } from '../../../discovery/index.ts'
import type { ConnectOptions, UpstreamClient } from './contract.ts'
import { Http1Upstream } from './http1-upstream.ts'
import { createUndiciUpstream } from './undici-upstream.ts'

/** Connections to one replica: our own client for plain HTTP, undici where TLS is asked for. */
export function createUpstream(address: ReplicaAddress, options: ConnectOptions): UpstreamClient {
  return address.protocol === 'http' ? new Http1Upstream(address, options) : createUndiciUpstream(address, options)
}
