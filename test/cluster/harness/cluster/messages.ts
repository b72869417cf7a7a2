import type { NodeSpec } from '../kubelet/node-object.ts'

/** What the cluster's process is started with. */
export interface ClusterOptions {
  readonly binaries: string
  /** For everything that the cluster writes; the caller's. */
  readonly folder: string
  readonly nodes: readonly NodeSpec[]
  /** Whether the custom resource definitions of test/cluster/crds are there. */
  readonly definitions: boolean
}

/** What a test may order, by name, with its arguments. */
export interface Orders {
  powerOff(node: string): Promise<void>
  /** Starts a node: a new one, or one that was switched off. */
  powerOn(spec: NodeSpec): Promise<void>
  failPulls(part: string, message?: string): Promise<void>
  /** Ends a container as the kernel does when memory is short. */
  runOutOfMemory(namespace: string, pod: string, container: string): Promise<void>
  /** Names of the containers that run, on all nodes. */
  containers(): Promise<readonly string[]>
  /** Runs a command in a container. */
  execute(
    namespace: string,
    pod: string,
    container: string,
    command: readonly string[],
  ): Promise<{ code: number; output: string }>
}

export type OrderMessage = { readonly id: number; readonly order: keyof Orders; readonly args: readonly unknown[] }

/** What the cluster's process says. */
export type ClusterMessage =
  | { readonly type: 'ready'; readonly port: number; readonly caFile: string; readonly token: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'done'; readonly id: number; readonly result?: unknown; readonly error?: string }

/** The socket through which programs outside reach addresses inside. */
export const doorPath = (folder: string): string => `${folder}/door.sock`
