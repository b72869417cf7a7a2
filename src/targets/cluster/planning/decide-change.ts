import { fieldManager, type FieldProblem, type KubernetesObject, type LiveObject } from '../../../kubernetes/index.ts'
import type { FieldChange, PlannedAction, RenderedSource } from '../../contract.ts'
import { fieldDifferences, isSame, valueAt, type Difference } from '../difference/field-changes.ts'
import { pathText } from '../difference/field-path.ts'
import { appliedBy, managersOf } from '../difference/managed-fields.ts'
import { replacesPods } from '../difference/pod-restarts.ts'
import { shownValue } from '../difference/shown-value.ts'
import { refOf, titleOf } from '../objects/object-names.ts'
import { isOfFleet, isShared, ownerOf } from '../objects/ownership.ts'
import { causeOf } from './causes.ts'
import { isOwnHelper, type DecideFor, type Decision, type PlannedWrite } from './decision.ts'

interface Change {
  readonly wanted: KubernetesObject
  readonly live: LiveObject
  readonly result: LiveObject
  readonly conflicts: readonly FieldProblem[]
}

interface ChangeContext {
  readonly isKnown: boolean
  readonly isSettled: boolean
  readonly applied: KubernetesObject | undefined
  readonly context: DecideFor
}

/** Decides what becomes of an object that is there. */
export function decideChange(change: Change, { isKnown, isSettled, applied, context }: ChangeContext): Decision {
  const { wanted, live, result, conflicts } = change
  const { fleet, rendered, forceConflicts = false } = context
  const subject = titleOf(refOf(wanted))
  const isForeign = !isKnown && !isOfFleet(live, fleet.name) && !isShared(wanted.kind)
  if (isForeign && !forceConflicts) {
    const detail = `it is there already and belongs to ${ownerOf(live)}; rename it there or here, or take it over with --force-conflicts`
    return { actions: [{ verb: 'conflict', subject, detail, blocks: true }] }
  }
  const isSecret = wanted.kind === 'Secret'
  const fields = fieldDifferences(live, result).map((difference) => {
    const others = managersOf(live, difference.steps).filter((manager) => !isOwnHelper(manager))
    return { difference, told: tell(difference, wanted, isSecret, context, rendered, others[0]) }
  })
  const foreign = conflicts.filter(({ manager }) => manager === undefined || !isOwnHelper(manager))
  const isTaken = foreign.length === 0 || forceConflicts
  const drifted = fields.filter(({ difference }) => isDrift(difference, applied, isSettled))
  const changed = fields.filter((field) => !drifted.includes(field))
  const write: PlannedWrite = { object: wanted, verb: isForeign ? 'adopt' : 'change', takesOver: conflicts.length > 0 }
  const actions: PlannedAction[] = []
  if (changed.length > 0) {
    const restartsPods = changed.some(({ difference }) => replacesPods(wanted.kind, difference.steps))
    const detail = `${countOf(changed.length, 'field')}${restartsPods ? ', replaces pods' : ''}${isForeign ? `, taken over from ${ownerOf(live)}` : ''}`
    actions.push({ verb: 'change', subject, detail, fields: changed.map(({ told }) => told), restartsPods })
  }
  if (drifted.length > 0) {
    const managers = [...new Set(drifted.map(({ told }) => told.manager ?? 'somebody'))]
    const restartsPods = drifted.some(({ difference }) => replacesPods(wanted.kind, difference.steps))
    const detail = `${countOf(drifted.length, 'field')} changed by ${managers.join(', ')} since it was applied; applying puts ${drifted.length === 1 ? 'it' : 'them'} back`
    actions.push({ verb: 'drift', subject, detail, fields: drifted.map(({ told }) => told), restartsPods })
  }
  if (!isTaken) {
    const managers = [...new Set(foreign.map(({ manager }) => manager ?? 'somebody else'))]
    const detail = `${managers.join(', ')} ${managers.length === 1 ? 'manages' : 'manage'} ${foreign.map(({ field }) => field).join(', ')}; --force-conflicts takes ${foreign.length === 1 ? 'it' : 'them'} over`
    const told = foreign.map(({ field, manager }) => ({ path: field, ...(manager === undefined ? {} : { manager }) }))
    actions.push({ verb: 'conflict', subject, detail, fields: told, blocks: true })
  }
  const isOwned = appliedBy(live, fieldManager) === appliedBy(result, fieldManager)
  const isStill = fields.length === 0 && conflicts.length === 0 && isOwned
  return isStill ? { actions: [] } : { write, actions }
}

const countOf = (count: number, thing: string) => `${count} ${thing}${count === 1 ? '' : 's'}`

/** Whether a field is otherwise because somebody changed what was applied, rather than because the Fleet says otherwise. */
function isDrift(
  { steps, before, after }: Difference,
  applied: KubernetesObject | undefined,
  isSettled: boolean,
): boolean {
  if (applied === undefined || !isSettled) return false
  const was = valueAt(applied, steps)
  return was !== undefined && isSame(was, after) && !isSame(was, before)
}

function tell(
  { steps, before, after }: Difference,
  object: KubernetesObject,
  isSecret: boolean,
  { fleet }: DecideFor,
  rendered: Pick<RenderedSource, 'positionOf'>,
  manager: string | undefined,
): FieldChange {
  const path = pathText(steps)
  const cause = causeOf(object, { path, before, after }, fleet, rendered)
  const isHidden = isSecret && (path.startsWith('data') || path.startsWith('stringData'))
  return {
    path,
    ...(before === undefined ? {} : { before: shownValue(before, isHidden) }),
    ...(after === undefined ? {} : { after: shownValue(after, isHidden) }),
    ...(cause === undefined ? {} : { cause }),
    ...(manager === undefined ? {} : { manager }),
  }
}

