import type { ProgressReporter } from '../../../progress/index.ts'

/** A reporter that keeps what it is told. */
export interface SilentProgress extends ProgressReporter {
  readonly told: readonly string[]
}

/** Reports to nobody; a test may look at what was told. */
export function silentProgress(): SilentProgress {
  const told: string[] = []
  return {
    told,
    step: (title) => {
      told.push(title)
      return {
        advance: () => undefined,
        update: (message) => told.push(message),
        succeed: (message) => told.push(message ?? title),
        fail: (message) => told.push(message),
      }
    },
    note: (message) => told.push(message),
  }
}
