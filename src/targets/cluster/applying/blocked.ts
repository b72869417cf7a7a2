import { UserError } from '../../../errors/index.ts'
import type { PlannedAction } from '../../contract.ts'

/** What keeps a Fleet from being applied, all at once. */
export function blockedError(fleet: string, blockers: readonly PlannedAction[]): UserError {
  const lines = blockers.map(({ verb, subject, detail }) => `${subject} (${verb}): ${detail}`)
  const secrets = blockers.filter(({ verb, subject }) => verb === 'missing' && subject.startsWith('Secret '))
  const command = secrets.length === blockers.length ? secrets[0]?.detail.split('; ').at(-1) : undefined
  return new UserError({
    what: `Fleet ${fleet} cannot be applied: ${blockers.length === 1 ? 'something is' : `${blockers.length} things are`} in the way`,
    why: lines.join('\n'),
    mend: 'Nothing was changed. Mend what is listed and run the command again.',
    ...(command === undefined ? {} : { command }),
  })
}
