import type { CommandStreams } from '../../kubernetes/index.ts'

export type { CommandStreams, Terminal } from '../../kubernetes/index.ts'

/** A command that runs where a part of a Fleet runs. */
export interface ExecRequest {
  /** Replica id, model name (one of its replicas, one that is ready where there is one) or `gateway`. */
  readonly subject: string
  /** Container of a pod; its first when absent. Without meaning where replicas are no pods. */
  readonly container?: string
  /** Program and arguments; no shell takes part. */
  readonly command: readonly string[]
  readonly streams: CommandStreams
  readonly signal: AbortSignal
  /** Told which part was chosen, before the command starts. */
  readonly onChosen?: (place: string) => void
}

/** A container with tools that is started beside a replica. */
export interface DebugRequest extends Omit<ExecRequest, 'container'> {
  readonly image: string
}
