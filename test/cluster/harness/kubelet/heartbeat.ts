import { setTimeout as delay } from 'node:timers/promises'
import type { ApiClient } from '../api-client.ts'
import { nodeObject, nodeStatus, type NodeSpec } from './node-object.ts'

const beatMs = 1_000
/** The status is long and seldom new; the Lease says that the node lives. */
const statusEveryBeats = 5
const leaseSeconds = 20

/** Registers a node and says that it lives, until the signal fires. */
export async function beat(
  client: ApiClient,
  spec: NodeSpec,
  at: { readonly address: string; readonly port: number },
  signal: AbortSignal,
): Promise<void> {
  const since = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const path = `/api/v1/nodes/${spec.name}`
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'
  for (let count = 0; !signal.aborted; count += 1) {
    try {
      const lease = {
        metadata: { name: spec.name },
        spec: {
          holderIdentity: spec.name,
          leaseDurationSeconds: leaseSeconds,
          renewTime: new Date().toISOString().replace('Z', '000Z'),
        },
      }
      const renewed = await client.merge(`${leases}/${spec.name}`, lease)
      if (renewed.status === 404) await client.post(leases, lease)
      if (count % statusEveryBeats === 0) {
        const status = { status: nodeStatus(spec, at.address, at.port, since) }
        const said = await client.merge(`${path}/status`, status)
        if (said.status === 404) {
          await client.post('/api/v1/nodes', nodeObject(spec))
          await client.merge(`${path}/status`, status)
        }
      }
    } catch {
      // The API server is away; the node is not.
    }
    await delay(beatMs, undefined, { signal }).catch(() => {})
  }
}
