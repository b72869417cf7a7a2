import type { NodeSelectorRequirement } from '../../../kubernetes/index.ts'
import type { PlanWarning } from '../../../plan/index.ts'
import type { EngineService } from '../engine-service.ts'
import { gpusOfPod, hardwareOf, sharingOf } from './gpu-request.ts'

/** Product names of nodes (`NVIDIA-L40S`) have no blanks and begin with the maker or the old brand. */
const productName = /^(?:NVIDIA|Tesla|Quadro)-[\w.-]+$/

/**
 * What a node must carry to have the GPU of a service: one of the product labels that GPU Feature Discovery writes
 * (https://github.com/NVIDIA/k8s-device-plugin/blob/main/docs/gpu-feature-discovery/README.md). Shared and sliced GPUs have
 * endings of their own there. Undefined where any node does, or where the maker has no such label.
 */
export function gpuNodeRequirement(service: EngineService): NodeSelectorRequirement | undefined {
  const { gpu } = service.pool
  if (gpu === undefined || gpu.vendor !== 'nvidia' || gpusOfPod(service) === 0) return undefined
  // A claim says itself which devices fit.
  if (sharingOf(service) === 'dra') return undefined
  const { migProfile } = hardwareOf(service)
  const sharing = sharingOf(service)
  const products = gpu.names.filter((name) => productName.test(name))
  if (products.length === 0) return undefined
  const isShared = sharing === 'timeSlicing' || sharing === 'mps'
  const endings = [
    '',
    ...(isShared ? ['-SHARED'] : []),
    ...(sharing === 'mig' && migProfile !== undefined ? [`-MIG-${migProfile}`] : []),
  ]
  return {
    key: 'nvidia.com/gpu.product',
    operator: 'In',
    values: products.flatMap((name) => endings.map((ending) => `${name}${ending}`)).toSorted(),
  }
}

/** What of a service’s GPUs cannot be placed. */
export function gpuNotes({ gpus, nodes, path }: EngineService, target: string): PlanWarning[] {
  if (gpus % nodes === 0) return []
  return [
    {
      severity: 'error',
      id: 'gpus-over-nodes',
      path: `${path}.parallelism.nodes`,
      message: `${target}: ${gpus} GPUs do not divide evenly over ${nodes} nodes`,
      suggestion: 'a number of nodes that divides the GPUs of a replica',
    },
  ]
}
