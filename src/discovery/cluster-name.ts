import type { Pool } from './pool.ts'

/** An object of a cluster that a host name means. */
export interface ClusterName {
  readonly name: string
  readonly namespace: string
}

const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'
const pattern = new RegExp(`^(${label})\\.(${label})(?:\\.svc(?:\\..*)?)?$`)

/** Reads `engines.lab`, `engines.lab.svc` and `engines.lab.svc.cluster.local.`; undefined for other names. */
export function parseClusterName(host: string): ClusterName | undefined {
  const [, name, namespace] = pattern.exec(host) ?? []
  return name === undefined || namespace === undefined ? undefined : { name, namespace }
}

/** The Service or InferencePool of a pool; its file is refused where the host names none. */
export function placeOf({ address: { host } }: Pool): ClusterName {
  return parseClusterName(host) ?? { name: host, namespace: 'default' }
}
