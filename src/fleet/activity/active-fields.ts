import type { EngineName } from '../schema/model.ts'
import type { TargetName } from '../schema/targets.ts'
import { actors, covers } from './actors.ts'

/** For what a Fleet is read: to be run on target local, to be planned, or to be rendered for another target. */
export type Purpose = 'run' | 'plan' | Exclude<TargetName, 'local'>

const known = new Map<string, readonly string[]>()

function fieldsFor(purpose: Purpose, engine: EngineName | undefined): readonly string[] {
  const key = `${purpose} ${engine ?? ''}`
  const before = known.get(key)
  if (before !== undefined) return before
  const acting = actors.filter(
    ({ runs, target, engines }) =>
      (runs || purpose !== 'run') &&
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
