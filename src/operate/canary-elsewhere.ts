import { UserError } from '../errors/index.ts'
import type { TargetName } from '../fleet/index.ts'

/** What comes nearest to a canary where there is none. */
const nearest: Readonly<Record<Exclude<TargetName, 'kubernetes'>, string>> = {
  local:
    'Give the changed model an entry and a name of its own in the Fleet file, for clients that are to try it, and start the Fleet again.',
  compose:
    'Give the changed model an entry and a name of its own in the Fleet file, for clients that are to try it, and apply it; or update without --canary: replicas are replaced one after the other.',
  kserve:
    'With targets.kserve.mode: Knative say the share in the Fleet file (models[].rollout.canaryShare) and apply it: KServe divides the requests. Otherwise update without --canary: replicas are replaced one after the other.',
  llmd: 'Update without --canary: replicas are replaced one after the other. What does not get ready is taken back.',
}

/** Says why a target tries no change on a part of the requests, and what to do there instead. */
export function noCanaryError(fleetName: string, target: Exclude<TargetName, 'kubernetes'>): UserError {
  const isLocal = target === 'local'
  return new UserError({
    what: `Target ${target} tries no change on a part of the requests`,
    why: isLocal
      ? 'A canary takes replicas beside those that serve, for which one machine rarely has room; Fairlead makes them on target kubernetes.'
      : 'A canary takes replicas beside those that serve and gateways that find both; Fairlead makes them on target kubernetes.',
    mend: nearest[target],
    command: isLocal ? `fairlead down ${fleetName} && fairlead up` : `fairlead rollout start --target ${target}`,
  })
}
