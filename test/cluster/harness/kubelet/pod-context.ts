import type { Pod } from '../../../../src/kubernetes/index.ts'
import type { PodSandbox } from '../network/pod-sandbox.ts'
import type { BackoffLimits } from './backoff.ts'
import type { References } from './environment.ts'
import type { Faults } from './faults.ts'
import type { PodVolumes } from './volumes.ts'

/** What the containers of one Pod share. */
export interface PodContext {
  /** As the API server has it, with the addresses that it got here. */
  pod(): Pod
  readonly sandbox: PodSandbox
  readonly volumes: PodVolumes
  readonly references: References
  /** Of the Pod on this machine: roots, logs, volumes. */
  readonly folder: string
  /** A file with the resolver's settings. */
  readonly resolverFile: string
  readonly hostsFile: string
  /** Of all Pods: code that Node.js has compiled. */
  readonly compiledFolder: string
  /** Given to every container: where the API server is, which GPUs the Pod has. */
  readonly variables: Readonly<Record<string, string>>
  /** Images that the node has. */
  readonly images: Set<string>
  readonly faults: Faults
  readonly backoff: BackoffLimits
  /** Whether processes can have users of their own. */
  readonly hasUsers: boolean
  /** Notes an event of the Pod. */
  note(type: 'Normal' | 'Warning', reason: string, message: string): void
  /** Something that the Pod's status tells has changed. */
  onChange(): void
}
