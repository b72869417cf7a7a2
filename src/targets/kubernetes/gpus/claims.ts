import type { ResourceClaimTemplate } from '../../../kubernetes/index.ts'
import type { EngineService } from '../../rendering/index.ts'
import { enginePart, type ObjectsOf } from '../context.ts'
import { gpusOfPod, gpuRequest } from '../../rendering/cluster/index.ts'

/** Class of whole GPUs that NVIDIA’s driver for dynamic resource allocation installs. */
const deviceClass = 'gpu.nvidia.com'
/** Drivers report less memory than a GPU’s name says; this share of the catalogue’s figure tells sizes apart. */
const memoryShare = 0.95

/** A claim for the GPUs of each pod, for models whose `hardware.sharing` is `dra` (resource.k8s.io/v1, Kubernetes 1.34). */
export const renderClaimTemplates: ObjectsOf = ({ engines, names, metadata }) => ({
  objects: engines.flatMap((service) => {
    const { claimTemplate } = gpuRequest(service, names)
    if (claimTemplate === undefined) return []
    const expression = selectorOf(service)
    const object: ResourceClaimTemplate = {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaimTemplate',
      metadata: metadata(claimTemplate, enginePart(service)),
      spec: {
        spec: {
          devices: {
            requests: [
              {
                name: 'gpus',
                exactly: {
                  deviceClassName: deviceClass,
                  allocationMode: 'ExactCount',
                  count: gpusOfPod(service),
                  ...(expression === undefined ? {} : { selectors: [{ cel: { expression } }] }),
                },
              },
            ],
          },
        },
      },
    }
    const text = 'Needs Kubernetes 1.34 and NVIDIA’s DRA driver, which installs this class.'
    const path = ['spec', 'spec', 'devices', 'requests', 0, 'exactly', 'deviceClassName']
    return [{ kind: 'object', object, comments: [{ path, text }] }]
  }),
})

/** Which devices fit: by the memory and the family of the GPU that the plan counts with. */
function selectorOf({ pool }: EngineService): string | undefined {
  if (pool.gpu === undefined) return undefined
  const [family = ''] = pool.gpu.key.split('-')
  const memory = `device.capacity['${deviceClass}'].memory.compareTo(quantity('${Math.floor(pool.gpu.memoryMiB * memoryShare)}Mi')) >= 0`
  const product = `device.attributes['${deviceClass}'].productName.lowerAscii().contains('${family === 'rtx' ? pool.gpu.key.replace('rtx-', '') : family}')`
  return `${product} && ${memory}`
}
