import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { ApplyContext, RolloutStatus } from '../../contract.ts'
import { rolloutStatus } from '../changing/rollout-status.ts'
import type { FoundFleet } from '../fleets/find-fleet.ts'
import type { ClusterTargetName } from '../target-names.ts'
import { abortCanary, promoteCanary } from './end.ts'
import { updateCanary } from './record.ts'
import { watchCanary } from './watch.ts'

/** Acts on a trial that is under way: holds it, goes on with it, or ends it one way or the other. */
export async function changeCanary(
  client: ClusterClient,
  found: FoundFleet,
  target: ClusterTargetName,
  action: 'pause' | 'resume' | 'promote' | 'abort',
  context: ApplyContext,
): Promise<readonly RolloutStatus[]> {
  const { namespace, inventory } = found
  const { fleet } = inventory
  if (action === 'promote') await promoteCanary(client, fleet, namespace, target, context)
  else if (action === 'abort') await abortCanary(client, fleet, namespace, target, context)
  else {
    const phase = action === 'pause' ? 'paused' : 'watched'
    await updateCanary(client, fleet, namespace, (state) => ({ ...state, phase }))
    if (action === 'resume') return watchCanary(client, found, target, context)
  }
  return rolloutStatus(client, fleet, undefined)
}
