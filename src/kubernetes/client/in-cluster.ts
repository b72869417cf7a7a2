import { existsSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { readBoundedFile, type Environment } from '../../files/index.ts'
import type { Credentials } from './credentials.ts'
import { TokenFile } from './token-file.ts'

/** Where a kubelet puts a pod's service account (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/). */
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'
const limitBytes = 1024 * 1024

/** A pod's own cluster. */
export interface InClusterPlace {
  readonly host: string
  readonly port: string
  readonly folder: string
}

/** The cluster that this process is a pod of; undefined where it is none, or has no service account's token. */
export function findOwnCluster(
  environment: Environment,
  folder: string = serviceAccountFolder,
): InClusterPlace | undefined {
  const host = environment['KUBERNETES_SERVICE_HOST']
  const port = environment['KUBERNETES_SERVICE_PORT_HTTPS'] ?? environment['KUBERNETES_SERVICE_PORT']
  if (host === undefined || host === '' || port === undefined || port === '') return undefined
  return existsSync(join(folder, 'token')) ? { host, port, folder } : undefined
}

/** Speaks as the pod's service account. The token and the certificate may be replaced while this is in use. */
export async function inClusterCredentials(
  { host, port, folder }: InClusterPlace,
  namespace?: string,
): Promise<Credentials> {
  const token = new TokenFile(join(folder, 'token'))
  const read = async (name: string): Promise<string> =>
    (await readBoundedFile(join(folder, name), limitBytes)).toString('utf8')
  return {
    context: 'in-cluster',
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    namespace: namespace ?? ((await read('namespace').catch(() => 'default')).trim() || 'default'),
    async identity() {
      return { headers: { authorization: `Bearer ${await token.token()}` }, tls: { ca: await read('ca.crt') } }
    },
    renew: () => token.renew(),
  }
}
