import { loadFleet, requireFleet as requireValid } from '../../../fleet/index.ts'
import { ClusterError, type ClusterClient } from '../../../kubernetes/index.ts'
import { UserError } from '../../../errors/index.ts'
import type { ApplyContext } from '../../contract.ts'
import { applyState, type DesiredState } from '../applying/apply-fleet.ts'
import { bringUp } from '../applying/bring-up.ts'
import { earlierState } from '../changing/rollback.ts'
import { requireFleet } from '../fleets/find-fleet.ts'
import { waitUntilReady } from '../waiting/wait-until-ready.ts'
import { loadCanary, loadTried } from './record.ts'
import { tellShare } from './share.ts'

/** A large model on a new node: machine, image, weights, load. */
const usualTimeoutMs = 20 * 60_000

/**
 * Takes a trial back: the canary gets nothing more at once, and what serves is as its revision says. Whatever a trial that was
 * interrupted has left, this removes.
 */
export async function abortCanary(
  client: ClusterClient,
  fleet: string,
  namespace: string,
  target: DesiredState['target'],
  context: ApplyContext,
): Promise<void> {
  const { inventory } = await requireFleet(client, fleet, namespace)
  const state = await loadCanary(client, fleet, namespace)
  if (state !== undefined) await tellShare(client, namespace, state, 0).catch(ignoreAbsent)
  const { desired } = await earlierState(client, fleet, target, inventory.revision)
  const options = { ...context.options, wait: false, forceConflicts: true }
  await applyState(client, desired, { ...context, options })
}

/** A trial that was cut off while it was made may lack a Service. */
function ignoreAbsent(error: unknown): void {
  if (!(error instanceof ClusterError) || error.reason !== 'not-found') throw error
}

/**
 * Takes what was tried for all: applies the Fleet while the canary helps out, and then removes the canary.
 * @throws UserError where it does not get ready; the canary is there still
 */
export async function promoteCanary(
  client: ClusterClient,
  fleet: string,
  namespace: string,
  target: DesiredState['target'],
  context: ApplyContext,
): Promise<void> {
  const desired = await triedState(client, fleet, namespace, target)
  const { signal, progress, timeoutMs = usualTimeoutMs } = context
  await applyState(client, desired, { ...context, keeps: () => true })
  await waitUntilReady(client, await requireFleet(client, fleet, namespace), { signal, progress, timeoutMs })
  const reason = context.options?.reason ?? 'canary promoted'
  await bringUp(client, desired, 'kubernetes', {
    ...context,
    options: { ...context.options, reason },
  })
}

/** The Fleet that is tried, as it is applied. */
async function triedState(
  client: ClusterClient,
  fleet: string,
  namespace: string,
  target: DesiredState['target'],
): Promise<DesiredState> {
  const state = await loadCanary(client, fleet, namespace)
  const tried = state === undefined ? undefined : await loadTried(client, fleet, namespace, state)
  if (tried === undefined) {
    throw new UserError({
      what: `What is tried of Fleet ${fleet} is not known any more`,
      why: `The ConfigMaps ${fleet}-canary… that hold it are incomplete; the trial was cut off while it began, or somebody removed them.`,
      mend: 'Abort it, and begin again or apply the Fleet file.',
      command: `fairlead rollout abort --fleet ${fleet} -n ${namespace}`,
    })
  }
  const loaded = loadFleet(tried.fleetText, { file: 'the Fleet that is tried', purpose: 'kubernetes' })
  const { positionOf } = loaded
  const { fleetText, version, objects } = tried
  return { target, fleet: requireValid(loaded), namespace, objects, rendered: { positionOf, fleetText, version } }
}
