import type { EngineName } from '../../../fleet/index.ts'
import type { ProgressReporter } from '../../../progress/index.ts'
import type { Clock } from './clock.ts'
import type { FirstOutcome, ProcessView } from './supervised-process.ts'
import { crashLoopError } from './verdict.ts'

/** Tells a person how a replica comes up, on one line; a verdict has lines of its own. */
export interface StartReport {
  onChange(view: ProcessView): void
  onOutcome(outcome: FirstOutcome, logPath: string): void
}

/** Begins the report on a replica; after its outcome it says nothing more. */
export function reportStart(id: string, engine: EngineName, progress: ProgressReporter, clock: Clock): StartReport {
  const step = progress.step(`Start ${id}`)
  const startedAt = clock.now()
  let isOver = false
  return {
    onChange({ state, lastError }) {
      if (!isOver && state === 'restarting' && lastError !== null) step.update(`${lastError}; trying again`)
    },
    onOutcome(outcome, logPath) {
      isOver = true
      if (outcome.kind === 'serves') {
        step.succeed(`${id} is ready after ${((clock.now() - startedAt) / 1000).toFixed(1)} s`)
      } else if (outcome.kind === 'stopped') {
        step.fail(`${id} was stopped`)
      } else {
        const { parts } = crashLoopError(`Replica ${id}`, outcome.crashes, outcome.end, logPath, engine)
        step.fail(parts.what)
        progress.note([parts.why, parts.mend, `Log: ${logPath}`].filter((text) => text !== undefined).join('\n'))
      }
    },
  }
}
