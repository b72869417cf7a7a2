import type { ProgressReporter } from '../../progress/index.ts'

/** A progress reporter that writes down what it hears. */
export interface RecordingProgress extends ProgressReporter {
  readonly events: readonly string[]
  readonly advances: readonly number[]
}

/** `onAdvance` hears of each figure as it comes. */
export function recordingProgress(onAdvance: (bytes: number) => void = () => {}): RecordingProgress {
  const events: string[] = []
  const advances: number[] = []
  return {
    events,
    advances,
    note: (message) => events.push(`note ${message}`),
    step(title) {
      events.push(`step ${title}`)
      return {
        advance(bytes) {
          advances.push(bytes)
          onAdvance(bytes)
        },
        update: (message) => events.push(`update ${message}`),
        succeed: (message) => events.push(`succeed ${message ?? ''}`),
        fail: (message) => events.push(`fail ${message}`),
      }
    },
  }
}
