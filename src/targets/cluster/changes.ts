import type { ClusterClient } from '../../kubernetes/index.ts'
import {
  planOf,
  type ApplyContext,
  type FleetSource,
  type Revision,
  type RolloutRequest,
  type RolloutStatus,
  type SecretState,
  type SetSecretRequest,
  type SetSecretResult,
  type TargetPlan,
  type WorkContext,
} from '../contract.ts'
import { planState, requireRendered, secretsOfState, type DesiredState } from './applying/apply-fleet.ts'
import { bringUp } from './applying/bring-up.ts'
import { changeCanary } from './canary/change.ts'
import { isTried } from './canary/record.ts'
import { startCanary } from './canary/start.ts'
import { earlierState } from './changing/rollback.ts'
import { pauseRollout, promoteError, startRollout } from './changing/rollout.ts'
import { rolloutStatus } from './changing/rollout-status.ts'
import { requireFleet } from './fleets/find-fleet.ts'
import { observeSecrets } from './secrets/observe-secrets.ts'
import { setClusterSecret } from './secrets/write-secret.ts'
import type { ClusterTargetName } from './target-names.ts'

/** What a source is to become in a cluster: its objects, in the Fleet’s namespace. */
function desiredState(target: ClusterTargetName, source: FleetSource): DesiredState {
  const rendered = requireRendered(source)
  const objects = rendered.artifacts.flatMap((artifact) => (artifact.kind === 'object' ? [artifact.object] : []))
  const { fleet, shownAs } = source
  return { target, fleet, shownAs, namespace: fleet.targets[target].namespace, objects, rendered }
}

/** What an apply would do now; changes nothing. */
export async function planSource(
  client: ClusterClient,
  target: ClusterTargetName,
  source: FleetSource,
): Promise<TargetPlan> {
  const { actions } = await planState(client, desiredState(target, source), { signal: new AbortController().signal })
  return planOf(actions)
}

/** Whether each secret that a Fleet refers to is there. */
export function secretsOfSource(
  client: ClusterClient,
  target: ClusterTargetName,
  source: FleetSource,
): Promise<readonly SecretState[]> {
  return observeSecrets(client, secretsOfState(desiredState(target, source)))
}

/** Writes a key of a Secret. */
export function setSecretOfSource(
  client: ClusterClient,
  target: ClusterTargetName,
  source: FleetSource,
  request: SetSecretRequest,
  context: WorkContext,
): Promise<SetSecretResult> {
  const desired = desiredState(target, source)
  return setClusterSecret(client, { ...desired, secrets: secretsOfState(desired) }, request, context)
}

/** Applies a Fleet, and waits until it is ready where the context wants it. */
export async function applySource(
  client: ClusterClient,
  target: ClusterTargetName,
  source: FleetSource,
  context: ApplyContext,
): Promise<void> {
  await bringUp(client, desiredState(target, source), target, context)
}

/** Begins, watches, holds or ends an update, or a trial of one. */
export async function rolloutFleet(
  client: ClusterClient,
  fleet: string,
  target: ClusterTargetName,
  request: RolloutRequest,
  context: ApplyContext,
): Promise<readonly RolloutStatus[]> {
  if (request.action === 'start') {
    const desired = desiredState(target, request.source)
    if (request.canary === undefined) return startRollout(client, desired, target, context)
    return startCanary(client, desired, request.canary, context)
  }
  if (request.action === 'status') return rolloutStatus(client, fleet, request.model)
  const found = await requireFleet(client, fleet)
  if (isTried(found.inventory)) return changeCanary(client, found, target, request.action, context)
  switch (request.action) {
    case 'pause':
    case 'resume':
      return pauseRollout(client, fleet, request.model, request.action === 'pause')
    case 'promote':
      throw promoteError(fleet)
    case 'abort': {
      const { desired } = await earlierState(client, fleet, target, undefined)
      const options = { ...context.options, reason: 'the update was aborted', forceConflicts: true }
      await bringUp(client, desired, target, { ...context, options })
      return rolloutStatus(client, fleet, request.model)
    }
  }
}

/** Applies an earlier revision as a new one; resolves to the one gone back to. */
export async function rollbackFleet(
  client: ClusterClient,
  fleet: string,
  target: ClusterTargetName,
  wanted: number | undefined,
  context: ApplyContext,
): Promise<Revision> {
  const { desired, revision } = await earlierState(client, fleet, target, wanted)
  const reason = context.options?.reason ?? `back to revision ${revision.number}`
  await bringUp(client, desired, target, {
    ...context,
    options: { fetch: false, parallel: Infinity, ...context.options, reason },
  })
  return revision
}
