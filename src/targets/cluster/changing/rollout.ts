import { UserError } from '../../../errors/index.ts'
import type { TargetName } from '../../../fleet/index.ts'
import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { ApplyContext, RolloutStatus } from '../../contract.ts'
import { bringUp } from '../applying/bring-up.ts'
import type { DesiredState } from '../applying/apply-fleet.ts'
import { findFleet, requireFleet } from '../fleets/find-fleet.ts'
import { refOf, titleOf } from '../objects/object-names.ts'
import { earlierState } from './rollback.ts'
import { rolloutStatus, workloadsOf } from './rollout-status.ts'

const manager = 'fairlead-rollout'

/** Holds an update where it is, or lets it go on. */
export async function pauseRollout(
  client: ClusterClient,
  fleet: string,
  model: string | undefined,
  paused: boolean,
): Promise<RolloutStatus[]> {
  const found = await requireFleet(client, fleet)
  const workloads = await workloadsOf(client, found, model)
  const other = workloads.find(({ kind }) => kind !== 'Deployment')
  if (other !== undefined) {
    throw new UserError({
      what: `The update of ${titleOf(refOf(other))} cannot be held`,
      why: 'Only Deployments can be paused in the middle of an update.',
      mend: 'Let it end, or go back to the revision before.',
      command: `fairlead rollback ${fleet}`,
    })
  }
  for (const workload of workloads) {
    await client.patch(refOf(workload), { spec: { paused: paused ? true : null } }, { fieldManager: manager })
  }
  return rolloutStatus(client, fleet, model)
}

/**
 * Applies a changed Fleet, watches it, and applies the revision before again when it does not get ready.
 * @throws UserError with the first cause, after it was taken back
 */
export async function startRollout(
  client: ClusterClient,
  desired: DesiredState,
  target: TargetName,
  context: ApplyContext,
): Promise<RolloutStatus[]> {
  const { fleet, namespace } = desired
  const before = (await findFleet(client, fleet.name, namespace))?.inventory.revision ?? 0
  try {
    const options = { ...context.options, wait: true, reason: context.options?.reason ?? 'rollout' }
    await bringUp(client, desired, target, { ...context, options })
  } catch (error) {
    const inventory = (await findFleet(client, fleet.name, namespace))?.inventory
    const after = inventory?.revision ?? 0
    const isHalf = inventory?.state === 'applying'
    // Nothing was applied, or there is nothing to go back to; or a person wants to stop, and says how to go on.
    if (!(error instanceof UserError) || before === 0 || context.signal.aborted) throw error
    if (after === before && !isHalf) throw error
    const { desired: earlier } = await earlierState(client, fleet.name, desired.target, before)
    context.progress.note(`Going back to revision ${before}.`)
    await bringUp(client, earlier, target, {
      ...context,
      options: {
        ...context.options,
        reason: `revision ${isHalf ? before + 1 : after} did not get ready`,
        forceConflicts: true,
        fetch: false,
        parallel: Infinity,
      },
    })
    throw new UserError({
      ...error.parts,
      what: `The update of Fleet ${fleet.name} was taken back: ${error.parts.what}`,
      mend: `Revision ${before} is applied again. ${error.parts.mend ?? ''}`.trim(),
      cause: error,
    })
  }
  return rolloutStatus(client, fleet.name, undefined)
}

/** An update that is no trial has no share of requests to raise. */
export function promoteError(fleet: string): UserError {
  return new UserError({
    what: 'No canary is under way',
    why: `No change of Fleet ${fleet} is being tried: an update without --canary replaces every replica of a model in turn.`,
    mend: 'Let the update end by itself, go back, or try a change first.',
    command: 'fairlead rollout start --canary 10%',
  })
}
