import { diskTierOf } from '../../../fleet/index.ts'
import type { Volume, VolumeMount } from '../../../kubernetes/index.ts'
import type { EngineService } from '../engine-service.ts'
import { byteQuantity } from './quantities.ts'

const name = 'kv-cache'

/**
 * The tier of the KV cache on disk: the folder of the node that the Fleet names, else a volume that comes and goes with the pod and
 * has a disk of its own. An emptyDir would get the pod evicted once it is full; on a full volume the engine only stops to store.
 */
export function kvVolume({ model, pool }: EngineService): { volumes: Volume[]; mounts: VolumeMount[] } {
  const folder = pool.settings?.kvOffloadFolder
  const tier = diskTierOf(model.kvCache)
  if (folder === undefined || tier === undefined) return { volumes: [], mounts: [] }
  const source: Omit<Volume, 'name'> =
    tier.path === undefined
      ? {
          ephemeral: {
            volumeClaimTemplate: {
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: byteQuantity(tier.size) } } },
            },
          },
        }
      : { hostPath: { path: tier.path, type: 'DirectoryOrCreate' } }
  return { volumes: [{ name, ...source }], mounts: [{ name, mountPath: folder }] }
}
