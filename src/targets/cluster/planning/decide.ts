import type { LiveObject, ObjectRef } from '../../../kubernetes/index.ts'
import type { PlannedAction, SecretState } from '../../contract.ts'
import { absenceText } from '../../secrets/index.ts'
import { keyOf, refOf, titleOf } from '../objects/object-names.ts'
import { holdsData, isOfFleet, isShared, ownerOf } from '../objects/ownership.ts'
import { decideChange } from './decide-change.ts'
import type { DecideFor, Decision, PlannedWrite } from './decision.ts'
import { tellRefusal } from './mend-refusal.ts'
import type { ObservedFleet, ObservedObject } from './observed.ts'
import { whoServes } from './who-serves.ts'

/** What is to be done, decided: `apply` carries it out, `plan` tells it. */
export interface ClusterPlan {
  readonly writes: readonly PlannedWrite[]
  /** Objects that go, as they are. */
  readonly prunes: readonly LiveObject[]
  /** Objects that the Fleet no longer names and that stay: volumes, and what is no longer ours. */
  readonly retained: readonly ObjectRef[]
  /** Everything that is to be there, and what stays. */
  readonly inventory: readonly ObjectRef[]
  readonly actions: readonly PlannedAction[]
  readonly blockers: readonly PlannedAction[]
}

/** Decides what it takes to have a cluster hold a Fleet as rendered; pure. */
export function decide(observed: ObservedFleet, context: DecideFor): ClusterPlan {
  const decisions = observed.objects.map((object) => decideObject(object, observed, context))
  const writes = decisions.flatMap(({ write }) => write ?? [])
  const { prunes, retained, actions: pruned } = decideLeftovers(observed, context)
  const actions = [
    ...decideNamespace(observed),
    ...observed.secrets.flatMap((secret) => decideSecret(secret, context)),
    ...decisions.flatMap(({ actions }) => actions),
    ...pruned,
  ]
  const leftOut = new Set(
    observed.objects.filter(({ verdict }) => verdict.kind === 'unserved').map(({ wanted }) => wanted),
  )
  const inventory = [
    ...observed.objects.flatMap(({ wanted }) => (leftOut.has(wanted) ? [] : [refOf(wanted)])),
    ...retained,
  ]
  return { writes, prunes, retained, inventory, actions, blockers: actions.filter(({ blocks }) => blocks === true) }
}

function decideNamespace({ namespace, namespaceState }: ObservedFleet): PlannedAction[] {
  const subject = `Namespace ${namespace}`
  if (namespaceState === 'absent') {
    const detail = `it is not there, and the Fleet does not render it; kubectl create namespace ${namespace}`
    return [{ verb: 'missing', subject, detail, blocks: true }]
  }
  if (namespaceState === 'terminating') {
    return [{ verb: 'missing', subject, detail: 'it is being deleted; wait until it is gone', blocks: true }]
  }
  return []
}

function decideSecret(secret: SecretState, { fleet, target, shownAs }: DecideFor): PlannedAction[] {
  const { state, object, uses } = secret
  const subject = `Secret ${object?.name ?? secret.name}`
  if (state === 'unknown') {
    const readers = [...new Set(uses.flatMap((use) => use.readers))]
    return [
      { verb: 'warn', subject, detail: `this account may not read it; pods of ${readers.join(', ')} wait without it` },
    ]
  }
  if (state !== 'absent') return []
  const source = { fleet, ...(shownAs === undefined ? {} : { shownAs }) }
  return [{ verb: 'missing', subject, detail: absenceText(secret, source, target), blocks: true }]
}

function decideObject(
  observed: ObservedObject,
  { namespace, inventory, applied }: ObservedFleet,
  context: DecideFor,
): Decision {
  const { wanted, live, verdict } = observed
  const subject = titleOf(refOf(wanted))
  switch (verdict.kind) {
    case 'unserved': {
      const { detail, isOptional } = whoServes(wanted.apiVersion, wanted.kind)
      return { actions: [{ verb: 'unserved', subject, detail, ...(isOptional ? {} : { blocks: true }) }] }
    }
    case 'refused':
      return { actions: [{ verb: 'refused', subject, detail: tellRefusal(wanted, live, verdict), blocks: true }] }
    case 'unasked':
      return {
        write: { object: wanted, verb: 'create', takesOver: false },
        actions: [{ verb: 'create', subject, detail: '' }],
      }
    case 'taken':
      if (live === undefined) {
        return {
          write: { object: wanted, verb: 'create', takesOver: false },
          actions: [{ verb: 'create', subject, detail: '' }],
        }
      }
      return decideChange(
        { wanted, live, result: verdict.result, conflicts: verdict.conflicts },
        {
          namespace,
          isKnown: (inventory?.objects ?? []).some((ref) => keyOf(ref) === keyOf(refOf(wanted))),
          isSettled: inventory?.state === 'settled',
          applied: applied.get(keyOf(refOf(wanted))),
          context,
        },
      )
  }
}

function decideLeftovers(
  { leftovers, namespace }: ObservedFleet,
  { fleet, pruneVolumes = false }: DecideFor,
): Pick<ClusterPlan, 'prunes' | 'retained' | 'actions'> {
  const prunes: LiveObject[] = []
  const retained: ObjectRef[] = []
  const actions: PlannedAction[] = []
  for (const { ref, live } of leftovers) {
    if (live === undefined) continue
    const subject = titleOf(ref)
    if (!isOfFleet(live, fleet.name, namespace)) {
      actions.push({
        verb: 'keep',
        subject,
        detail: `the Fleet no longer names it, and it belongs to ${ownerOf(live)} now`,
      })
    } else if (isShared(ref.kind)) {
      retained.push(ref)
    } else if (holdsData(ref.kind) && !pruneVolumes) {
      retained.push(ref)
      actions.push({
        verb: 'keep',
        subject,
        detail: 'the Fleet no longer names it; kept with what is on it (--prune-volumes removes it)',
      })
    } else {
      prunes.push(live)
      actions.push({ verb: 'prune', subject, detail: 'the Fleet no longer has it' })
    }
  }
  return { prunes, retained, actions }
}
