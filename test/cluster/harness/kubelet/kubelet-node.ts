import type { Pod } from '../../../../src/kubernetes/index.ts'
import type { ApiClient } from '../api-client.ts'
import type { Devices } from './devices.ts'
import type { EventRecorder } from './events.ts'
import type { Faults } from './faults.ts'
import type { VolumeSources } from './volumes.ts'

/** What Pods need of the node that they run on. */
export interface KubeletNode {
  readonly client: ApiClient
  readonly address: string
  /** The node's disk. */
  readonly folder: string
  readonly events: EventRecorder
  readonly devices: Devices
  /** What Pods of a namespace may refer to. */
  sources(namespace: string): VolumeSources
  readonly images: Set<string>
  readonly faults: Faults
  readonly compiledFolder: string
  readonly hasUsers: boolean
  readonly apiVariables: Readonly<Record<string, string>>
  nextPodAddress(): string
  /** Tells the API server that nothing of the Pod runs any more. */
  confirmDeletion(pod: Pod): Promise<void>
}
