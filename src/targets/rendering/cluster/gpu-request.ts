import type { Model } from '../../../fleet/index.ts'
import { hardwareOf as poolHardware } from '../../../plan/index.ts'
import type { EngineService } from '../engine-service.ts'
import type { ObjectNames } from './names.ts'

/** How GPUs are shared with others. */
export type Sharing = Model['hardware']['sharing']

/** What one pod of a replica asks for. */
export interface GpuRequest {
  /** Extended resources, the same for requests and limits; empty without GPUs, and where a claim asks for them. */
  readonly resources: Readonly<Record<string, string>>
  /** Name of the ResourceClaimTemplate; the pod names it under `resourceClaims`, the container under `resources.claims`. */
  readonly claimTemplate?: string
}

/**
 * What the device plugin of NVIDIA calls a GPU that several pods share, with `renameByDefault`: a pod that asks for a whole one
 * never lands on it, nor the other way round (README of k8s-device-plugin 0.17, “Shared Access to GPUs”).
 */
const sharedGpu = 'nvidia.com/gpu.shared'
const wholeGpu: Readonly<Record<'nvidia' | 'amd', string>> = { nvidia: 'nvidia.com/gpu', amd: 'amd.com/gpu' }

/** The hardware of a kind of replica. */
export const hardwareOf = ({ model, role }: Pick<EngineService, 'model' | 'role'>): Model['hardware'] =>
  poolHardware(model, role === 'both' ? undefined : model[role])

/** How the GPUs of a kind of replica are shared: models of one group share by time-slicing where the Fleet says no other way. */
export function sharingOf(service: EngineService): Sharing {
  const { sharing, group } = hardwareOf(service)
  return sharing === 'exclusive' && group !== undefined ? 'timeSlicing' : sharing
}

/** GPUs of one pod: the machines of a replica each have an equal part. */
export const gpusOfPod = ({ gpus, nodes }: Pick<EngineService, 'gpus' | 'nodes'>): number =>
  gpus === 0 ? 0 : Math.max(1, Math.ceil(gpus / nodes))

/** What one pod of a kind of replica asks for. */
export function gpuRequest(service: EngineService, names: Pick<ObjectNames, 'engine'>): GpuRequest {
  const count = gpusOfPod(service)
  if (count === 0) return { resources: {} }
  switch (sharingOf(service)) {
    case 'exclusive':
      return { resources: { [wholeGpu[service.pool.gpu?.vendor ?? 'nvidia']]: String(count) } }
    case 'timeSlicing':
    case 'mps':
      return { resources: { [sharedGpu]: String(count) } }
    case 'mig': {
      const { migProfile = '' } = hardwareOf(service)
      return { resources: { [`nvidia.com/mig-${migProfile}`]: String(count) } }
    }
    case 'dra':
      return { resources: {}, claimTemplate: names.engine(service) }
  }
}
