import type { Started } from '../measure/process.ts'

/** Something that the load is put on. */
export interface Target {
  readonly name: string
  readonly port: number
  /** Bearer key that it is asked with. */
  readonly key: string
  /** What runs it; absent for the engines themselves. */
  readonly process?: Started
}

/** Everything that is measured. */
export interface Targets {
  readonly direct: Target
  /** In the order in which they are shown; those that are not on this machine are missing. */
  readonly gateways: readonly Target[]
  /** Puts load on every gateway, the first time that it is called. */
  readonly warmUp: () => void
  readonly versions: Readonly<Record<string, string>>
}

/** The names of targets, as results and tables carry them. */
export const targetNames = { direct: 'direct', nginx: 'nginx', bareNode: 'bare Node', fairlead: 'Fairlead' } as const
