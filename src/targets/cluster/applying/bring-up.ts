import type { TargetName } from '../../../fleet/index.ts'
import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { ApplyContext } from '../../contract.ts'
import { requireFleet } from '../fleets/find-fleet.ts'
import { addressesOf } from '../looking/addresses.ts'
import { readStatus, readWays } from '../looking/read-status.ts'
import { smokeTest } from '../waiting/smoke.ts'
import { waitUntilReady } from '../waiting/wait-until-ready.ts'
import { applyState, type AppliedFleet, type DesiredState } from './apply-fleet.ts'

/** A large model on a new node: machine, image, weights, load. */
const usualTimeoutMs = 20 * 60_000

/** Applies a Fleet, waits until it serves, and asks it something by each of its addresses. */
export async function bringUp(
  client: ClusterClient,
  desired: DesiredState,
  target: TargetName,
  context: ApplyContext,
): Promise<AppliedFleet> {
  const applied = await applyState(client, desired, context)
  const { options, progress, signal, environment, timeoutMs = usualTimeoutMs, onReady } = context
  if (options?.wait === false) return applied
  const here = await requireFleet(client, desired.fleet.name, desired.namespace)
  await waitUntilReady(client, here, { signal, progress, timeoutMs })
  const { open, pending } = addressesOf(await readWays(client, here))
  for (const { by, why } of pending) progress.note(`${by}: ${why}`)
  if (options?.smoke !== false) {
    await smokeTest(open, { client, found: here, fleet: desired.fleet, environment, progress })
  }
  onReady?.(await readStatus(client, desired.fleet.name, target, environment, here))
  return applied
}
