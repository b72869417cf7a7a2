import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { RolloutStatus } from '../../contract.ts'
import { loadCanary, type CanaryState } from '../canary/record.ts'
import { shareOf } from '../canary/share.ts'
import { requireFleet, type FoundFleet } from '../fleets/find-fleet.ts'
import { labelOf, readParts, type Workload } from '../fleets/parts.ts'
import { isOfReplicas, isSubject, modelLabel, modelNameOf, unknownSubject, variantLabel } from '../fleets/subjects.ts'
import { rolesOf } from '../waiting/rollout-state.ts'

/** Workloads of a model, or of all; @throws UserError where there is no such model */
export async function workloadsOf(
  client: ClusterClient,
  found: FoundFleet,
  model: string | undefined,
): Promise<Workload[]> {
  const { inventory } = found
  const { workloads } = await readParts(client, found)
  const ofModels = workloads.filter(isOfReplicas)
  const chosen = ofModels.filter((workload) => isSubject(workload, model, inventory))
  if (model !== undefined && chosen.length === 0) throw unknownSubject(inventory.fleet, model, inventory, [])
  return chosen
}

function told(workload: Workload, { inventory }: FoundFleet, canary: CanaryState | undefined): RolloutStatus[] {
  const model = modelNameOf(inventory, labelOf(workload, modelLabel))
  const rows = rolesOf(workload).map(({ role, state: { state, wanted, updated, ready, message } }) => ({
    model,
    role,
    state,
    wanted,
    updated,
    ready,
    message,
  }))
  if (canary === undefined || labelOf(workload, variantLabel) !== 'canary') return rows
  const { phase, reason, settings } = canary
  const share = `${shareOf(canary)}% of the requests (step ${canary.step + 1} of ${settings.shares.length})`
  const state = phase === 'paused' ? 'paused' : phase === 'passed' ? 'complete' : 'progressing'
  return rows.map((row) => Object.assign(row, { state, message: `${share}: ${reason}` }))
}

/** How the updates of a Fleet’s models stand. */
export async function rolloutStatus(
  client: ClusterClient,
  fleet: string,
  model: string | undefined,
): Promise<RolloutStatus[]> {
  const found = await requireFleet(client, fleet)
  const [workloads, canary] = await Promise.all([
    workloadsOf(client, found, model),
    loadCanary(client, fleet, found.namespace),
  ])
  return workloads.flatMap((workload) => told(workload, found, canary))
}
