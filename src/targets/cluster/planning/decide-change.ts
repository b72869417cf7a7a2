import { fieldManager, type FieldProblem, type KubernetesObject, type LiveObject } from '../../../kubernetes/index.ts'
import type { FieldChange, PlannedAction, RenderedSource } from '../../contract.ts'
import { fieldDifferences, isSame, valueAt, type Difference } from '../difference/field-changes.ts'
import { pathText } from '../difference/field-path.ts'
import { appliedBy, managersOf } from '../difference/managed-fields.ts'
import { replacesPods } from '../difference/pod-restarts.ts'
import { shownValues } from '../difference/shown-value.ts'
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
  /** Of the Fleet. */
  readonly namespace: string
  readonly isKnown: boolean
  readonly isSettled: boolean
  readonly applied: KubernetesObject | undefined
  readonly context: DecideFor
}

/** Decides what becomes of an object that is there. */
export function decideChange(
  change: Change,
  { namespace, isKnown, isSettled, applied, context }: ChangeContext,
): Decision {
  const { wanted, live, result, conflicts } = change
  const { fleet, rendered, forceConflicts = false } = context
  const subject = titleOf(refOf(wanted))
  const isForeign = !isKnown && !isOfFleet(live, fleet.name, namespace) && !isShared(wanted.kind)
  if (isForeign && !forceConflicts) {
    const detail = `it is there already and belongs to ${ownerOf(live)}; rename it there or here, or take it over with --force-conflicts`
    return { actions: [{ verb: 'conflict', subject, detail, blocks: true }] }
  }
  const isSecret = wanted.kind === 'Secret'
  const fields = fieldDifferences(live, result).map((difference) => {
    const managers = managersOf(live, difference.steps)
    const other =
      managers.find((manager) => !isOwnHelper(manager)) ?? managers.find((manager) => manager !== fieldManager)
    return { difference, told: tell(difference, wanted, isSecret, context, rendered, other) }
  })
  const foreign = forceConflicts
    ? []
    : conflicts.filter(({ manager }) => manager === undefined || !isOwnHelper(manager))
  const edited = fields.filter(({ difference }) => isDrift(difference, applied, isSettled))
  const others = fields.filter((field) => !edited.includes(field))
  // What the server fills in follows what was edited: a Service that somebody made a NodePort has a port to lose.
  const isFollowing =
    edited.length > 0 && others.every(({ difference }) => valueAt(applied, difference.steps) === undefined)
  const [drifted, changed] = isFollowing ? [fields, []] : [edited, others]
  // A field that was edited since is told once, as a drift.
  const disputed = foreign.filter(({ field }) => !drifted.some(({ told }) => told.path === pathOf(field)))
  const actions: PlannedAction[] = []
  const restartsPods = (some: typeof fields) =>
    some.some(({ difference }) => replacesPods(wanted.kind, difference.steps))
  const write: PlannedWrite = {
    object: wanted,
    verb: isForeign ? 'adopt' : 'change',
    takesOver: conflicts.length > 0,
    ...(restartsPods(fields) ? { replacesPods: true } : {}),
  }
  if (changed.length > 0) {
    const taken = isForeign ? `, taken over from ${ownerOf(live)}` : ''
    const detail = `${countOf(changed.length, 'field')}${restartsPods(changed) ? ', replaces pods' : ''}${taken}`
    actions.push({
      verb: 'change',
      subject,
      detail,
      fields: changed.map(({ told }) => told),
      restartsPods: restartsPods(changed),
    })
  }
  if (drifted.length > 0) {
    const blocks = disputed.length < foreign.length
    const managers = namesOf(edited.map(({ told }) => told.manager))
    const it = edited.length === 1 ? 'it' : 'them'
    const mend = blocks ? `--force-conflicts puts ${it} back` : `applying puts ${it} back`
    const detail = `${countOf(edited.length, 'field')} changed by ${managers} since it was applied; ${mend}`
    const fields = drifted.map(({ told }) => told)
    actions.push({
      verb: 'drift',
      subject,
      detail,
      fields,
      restartsPods: restartsPods(drifted),
      ...(blocks ? { blocks } : {}),
    })
  }
  if (disputed.length > 0) {
    const it = disputed.length === 1 ? 'it' : 'them'
    const detail = `managed by ${namesOf(disputed.map(({ manager }) => manager))}: ${disputed.map(({ field }) => field).join(', ')}; --force-conflicts takes ${it} over`
    const told = disputed.map(({ field: path, manager }) => (manager === undefined ? { path } : { path, manager }))
    actions.push({ verb: 'conflict', subject, detail, fields: told, blocks: true })
  }
  const isOwned = appliedBy(live, fieldManager) === appliedBy(result, fieldManager)
  const isStill = fields.length === 0 && conflicts.length === 0 && isOwned
  return isStill ? { actions: [] } : { write, actions }
}

/** A field of a conflict in the words of our paths. */
const pathOf = (field: string) => field.replace(/^\./, '').replaceAll(/\[name="([^"]+)"\]/g, '[$1]')
const namesOf = (managers: readonly (string | undefined)[]) =>
  [...new Set(managers.map((manager) => manager ?? 'somebody else'))].join(', ')
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
  const [shownBefore, shownAfter] = shownValues(before, after, isHidden)
  return {
    path,
    ...(before === undefined ? {} : { before: shownBefore }),
    ...(after === undefined ? {} : { after: shownAfter }),
    ...(cause === undefined ? {} : { cause }),
    ...(manager === undefined ? {} : { manager }),
  }
}
