import { loadFleet, requireFleet as requireValid } from '../../../fleet/index.ts'
import { UserError } from '../../../errors/index.ts'
import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { Revision } from '../../contract.ts'
import type { DesiredState } from '../applying/apply-fleet.ts'
import { requireFleet } from '../fleets/find-fleet.ts'
import { listRevisions, loadRevision } from '../revisions/revision-store.ts'
import type { RevisionRecord } from '../revisions/revision-record.ts'

/** The applied states that are kept, newest first, with the Fleet file of each. */
export async function revisionsOf(client: ClusterClient, fleet: string): Promise<readonly Revision[]> {
  const { namespace, inventory } = await requireFleet(client, fleet)
  const facts = await listRevisions(client, fleet, namespace)
  const records = await Promise.all(facts.map(({ number }) => loadRevision(client, fleet, namespace, number)))
  return records.flatMap((record) => (record === undefined ? [] : [revisionOf(record, inventory.revision)]))
}

function revisionOf(record: RevisionRecord, current: number): Revision {
  const { number, appliedAt, version, reason, objects, fleetText } = record
  return { number, appliedAt, version, reason, objects: objects.length, isCurrent: number === current, fleetText }
}

/** A revision as it would be applied again. */
export interface EarlierState {
  readonly desired: DesiredState
  readonly revision: Revision
}

/**
 * The state of a revision: the one before the current where none is named.
 * @throws UserError where it is not kept
 */
export async function earlierState(
  client: ClusterClient,
  fleet: string,
  target: DesiredState['target'],
  wanted: number | undefined,
): Promise<EarlierState> {
  const { namespace, inventory } = await requireFleet(client, fleet)
  const kept = await listRevisions(client, fleet, namespace)
  // An update that did not come to its end is no revision yet: before it is the current one.
  const isHalf = inventory.state === 'applying'
  const before = isHalf ? inventory.revision + 1 : inventory.revision
  const number = wanted ?? kept.find((facts) => facts.number < before)?.number
  const record = number === undefined ? undefined : await loadRevision(client, fleet, namespace, number)
  if (record === undefined) {
    throw new UserError({
      what:
        number === undefined ? `Fleet ${fleet} has no earlier revision` : `Fleet ${fleet} has no revision ${number}`,
      why: `Kept are ${kept.map((facts) => facts.number).join(', ') || 'none'}; the current one is ${inventory.revision}.`,
      mend: 'Choose one of these, or apply an earlier Fleet file.',
      command: `fairlead revisions ${fleet}`,
    })
  }
  const purpose = target === 'kserve' || target === 'llmd' ? target : 'kubernetes'
  const loaded = loadFleet(record.fleetText, { file: `revision ${record.number}`, purpose })
  const { positionOf } = loaded
  const { version, fleetText, objects } = record
  return {
    revision: revisionOf(record, inventory.revision),
    desired: { target, fleet: requireValid(loaded), namespace, objects, rendered: { positionOf, fleetText, version } },
  }
}
