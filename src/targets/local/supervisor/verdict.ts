import { UserError } from '../../../errors/index.ts'
import type { EngineName } from '../../../fleet/index.ts'
import { findLikelyCause } from './likely-causes.ts'
import { describeEnd, type ProcessEnd } from './process-end.ts'

/** A line for `status`: how it ended, what that probably means, and what to do. */
export function summariseEnd(end: ProcessEnd, engine?: EngineName): string {
  const cause = findLikelyCause(end, engine)
  return cause === undefined ? describeEnd(end) : `${describeEnd(end)}: ${cause.meaning}. ${cause.mend}`
}

/** Lines shown of a process that keeps crashing. */
const shownLines = 12

/** The verdict on a process that does not stay up, with its last lines and what to do. */
export function crashLoopError(
  subject: string,
  crashes: number,
  end: ProcessEnd,
  logPath: string,
  engine?: EngineName,
): UserError {
  const cause = findLikelyCause(end, engine)
  const shown = end.lastLines.slice(-shownLines)
  const lines = shown.map((line) => `  | ${line}`)
  return new UserError({
    what: `${subject} ended ${crashes === 1 ? 'before it served' : `${crashes} times in a row`}: it ${describeEnd(end)}`,
    where: logPath,
    why: [
      ...(cause === undefined ? [] : [`Most likely ${cause.meaning}.`]),
      ...(cause?.line === undefined || shown.includes(cause.line)
        ? []
        : ['The line that tells it:', `  | ${cause.line}`]),
      ...(lines.length === 0 ? ['It wrote nothing.'] : ['Its last lines:', ...lines]),
    ].join('\n'),
    mend: cause?.mend ?? 'Its last lines should say why; the log has more.',
    ...(cause?.command === undefined ? {} : { command: cause.command }),
  })
}
