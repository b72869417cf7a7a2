import { UserError } from '../../../errors/index.ts'
import { findLikelyCause } from './likely-causes.ts'
import { describeEnd, type ProcessEnd } from './process-end.ts'

/** One line for `status`: how it ended and what that probably means. */
export function summariseEnd(end: ProcessEnd): string {
  const cause = findLikelyCause(end)
  return cause === undefined ? describeEnd(end) : `${describeEnd(end)}: ${cause.meaning}`
}

/** Lines shown of a process that keeps crashing. */
const shownLines = 12

/** The verdict on a process that does not stay up, with its last lines and what to do. */
export function crashLoopError(subject: string, crashes: number, end: ProcessEnd, logPath: string): UserError {
  const cause = findLikelyCause(end)
  const lines = end.lastLines.slice(-shownLines).map((line) => `  | ${line}`)
  return new UserError({
    what: `${subject} ended ${crashes === 1 ? 'before it served' : `${crashes} times in a row`}: it ${describeEnd(end)}`,
    where: logPath,
    why: [
      ...(cause === undefined ? [] : [`Most likely ${cause.meaning}.`]),
      ...(lines.length === 0 ? ['It wrote nothing.'] : ['Its last lines:', ...lines]),
    ].join('\n'),
    mend: cause?.mend ?? 'Its last lines should say why; the log has more.',
    ...(cause?.command === undefined ? {} : { command: cause.command }),
  })
}
