import { UserError } from '../../../errors/index.ts'
import { webhooksCommand } from '../../../kubernetes/index.ts'
import type { PlannedAction } from '../../contract.ts'

/** What keeps a Fleet from being applied, all at once. */
export function blockedError(fleet: string, blockers: readonly PlannedAction[]): UserError {
  const command = commandOf(blockers)
  return new UserError({
    what: `Fleet ${fleet} cannot be applied: ${blockers.length === 1 ? 'something is' : `${blockers.length} things are`} in the way`,
    why: linesOf(blockers).join('\n'),
    mend: 'Nothing was changed. Mend what is listed and run the command again.',
    ...(command === undefined ? {} : { command }),
  })
}

/** Most objects that are named where one thing is in the way of many. */
const named = 3

/** A line for each cause, with whom it keeps. */
function linesOf(blockers: readonly PlannedAction[]): string[] {
  const causes = Map.groupBy(blockers, ({ verb, detail }) => `(${verb}): ${detail}`)
  return [...causes].map(([cause, kept]) => {
    const subjects = kept.slice(0, named).map(({ subject }) => subject)
    const more = kept.length > named ? ` and ${kept.length - named} more` : ''
    return `${subjects.join(', ')}${more} ${cause}`
  })
}

/** What to run next, where everything is of one sort. */
function commandOf(blockers: readonly PlannedAction[]): string | undefined {
  if (blockers.every(({ detail }) => detail.startsWith('webhook '))) return webhooksCommand
  const areSecrets = blockers.every(({ verb, subject }) => verb === 'missing' && subject.startsWith('Secret '))
  return areSecrets ? blockers[0]?.detail.split('; ').at(-1) : undefined
}
