import { UserError } from '../../errors/index.ts'
import type { TargetName } from '../../fleet/index.ts'
import type { FleetSource, PlannedAction, SecretState } from '../contract.ts'
import { secretCommand, titleOf, usesText } from './fleet-secrets.ts'

/** What mends the absence of a secret: a command. */
export function mendOf(
  secret: SecretState,
  { fleet, shownAs }: Pick<FleetSource, 'fleet' | 'shownAs'>,
  target: TargetName,
): string {
  return secret.mend ?? secretCommand('set', secret, { fleet, shownAs, target })
}

/** Where in the Fleet it is referred to, what is the matter and what mends it, in one line. */
export function absenceText(
  secret: SecretState,
  source: Pick<FleetSource, 'fleet' | 'shownAs'>,
  target: TargetName,
): string {
  const uses = usesText(secret)
  const file = source.shownAs ?? 'the Fleet'
  return `${secret.detail}${uses === '' ? '' : `, and ${uses} of ${file} refers to it`}; ${mendOf(secret, source, target)}`
}

/** The same as a step of a plan, which stops `apply`. */
export const absenceAction = (
  secret: SecretState,
  source: Pick<FleetSource, 'fleet' | 'shownAs'>,
  target: TargetName,
): PlannedAction => ({
  verb: 'missing',
  subject: `secret ${titleOf(secret)}`,
  detail: absenceText(secret, source, target),
  blocks: true,
})

/** Refuses to start a Fleet without the secrets that it reads, all of them at once. */
export function refuseAbsent(
  absent: readonly SecretState[],
  source: Pick<FleetSource, 'fleet' | 'shownAs'>,
  target: TargetName,
  after = 'Nothing was started.',
): UserError {
  const [first] = absent
  return new UserError({
    what: `${absent.length === 1 ? 'A secret' : `${absent.length} secrets`} of Fleet ${source.fleet.name} ${absent.length === 1 ? 'is' : 'are'} absent on target ${target}`,
    why: absent.map((secret) => `${titleOf(secret)}: ${absenceText(secret, source, target)}`).join('\n'),
    mend: `${after} Set what is listed and run the command again.`,
    ...(first === undefined ? {} : { command: mendOf(first, source, target) }),
  })
}

/** Those of some secrets that something reads and that are not there. */
export const absentOf = (secrets: readonly SecretState[]): SecretState[] =>
  secrets.filter(({ state }) => state === 'absent')
