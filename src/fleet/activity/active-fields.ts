import type { EngineName } from '../schema/model.ts'
import { targetNames, type TargetName } from '../schema/targets.ts'
import { actors, covers } from './actors.ts'

/** For what a Fleet is read: to be run on target local, to be planned, or to be rendered for another target. */
export type Purpose = 'run' | 'plan' | Exclude<TargetName, 'local'>

const known = new Map<string, readonly string[]>()

function fieldsFor(purpose: Purpose, engine: EngineName | undefined): readonly string[] {
  const key = `${purpose} ${engine ?? ''}`
  const before = known.get(key)
  if (before !== undefined) return before
  const acting = actors.filter(
    ({ runs, target, engines, plansOnly }) =>
      (runs || purpose !== 'run') &&
      (plansOnly !== true || purpose === 'plan') &&
      (target === undefined || target === purpose) &&
      (engine === undefined || engines === undefined || engines.includes(engine)),
  )
  const fields = [...new Set(acting.flatMap((actor) => actor.fields))]
  known.set(key, fields)
  return fields
}

/**
 * Whether something acts on a field, given as `models[].context`; undefined when on some of the fields below it. A Fleet
 * that is planned is acted on by what runs it and by the plan itself. Of a model, what acts hangs on its engine.
 */
export function isActive(field: string, purpose: Purpose = 'run', engine?: EngineName): boolean | undefined {
  return covers(fieldsFor(purpose, engine), field)
}

/**
 * Targets on which something acts on a field beside a plan: all of them where an engine or the gateway does, local where its supervisor
 * does, and each one that renders it. With `part` also those where something acts on a field below it only.
 */
export function targetsActingOn(
  field: string,
  { engine, part = false }: { readonly engine?: EngineName | undefined; readonly part?: boolean } = {},
): TargetName[] {
  const acting = actors.filter(({ runs, target, engines, fields }) => {
    if ((!runs && target === undefined) || (engine !== undefined && engines?.includes(engine) === false)) return false
    const covered = covers(fields, field)
    return covered === true || (part && covered === undefined)
  })
  return targetNames.filter((name) =>
    acting.some((actor) => (actor.runs ? actor.name !== 'local' || name === 'local' : actor.target === name)),
  )
}
