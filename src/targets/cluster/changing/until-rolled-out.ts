import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../../errors/index.ts'
import type { ClusterClient, ObjectRef } from '../../../kubernetes/index.ts'
import type { WorkContext } from '../../contract.ts'
import type { FoundFleet } from '../fleets/find-fleet.ts'
import { readParts } from '../fleets/parts.ts'
import { keyOf, refOf, titleOf } from '../objects/object-names.ts'
import { findProblems, partTitle } from '../waiting/problems.ts'
import { workloadState } from '../waiting/rollout-state.ts'

/** A large model loads for minutes. */
const usualTimeoutMs = 20 * 60_000
const pollMs = 1_000

/** Waits until every pod of a workload is new and ready. */
export async function untilRolledOut(
  client: ClusterClient,
  found: FoundFleet,
  ref: ObjectRef,
  { signal, timeoutMs = usualTimeoutMs }: WorkContext,
  onUpdate: (message: string) => void,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    signal.throwIfAborted()
    const parts = await readParts(client, found)
    const workload = parts.workloads.find((each) => keyOf(refOf(each)) === keyOf(ref))
    if (workload === undefined)
      throw new UserError({
        what: `${titleOf(ref)} is gone`,
        mend: 'Apply the Fleet again.',
        command: 'fairlead apply',
      })
    const { state, message } = workloadState(workload)
    if (state === 'complete') return
    onUpdate(message)
    if (Date.now() > deadline || state === 'failed') {
      const problems = await findProblems(client, found, parts)
      const own = problems.find(({ subject }) => subject === partTitle(workload, found))
      throw new UserError({
        what: own === undefined ? `${titleOf(ref)} is not ready: ${message}` : `${own.subject}: ${own.what}`,
        ...(own?.why === undefined ? {} : { why: own.why }),
        mend: own?.mend ?? 'Look at what happened to it.',
        command: own?.command ?? `fairlead events ${found.inventory.fleet}`,
      })
    }
    await delay(pollMs, undefined, { signal })
  }
}
