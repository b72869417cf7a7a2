import {
  factsFor,
  flagRowsOf,
  profiles,
  roles,
  type EngineSettings,
  type FactsEngine,
  type Profile,
} from '../../engines/index.ts'
import { describeField, targetNames, type FieldDescription, type TargetName } from '../../fleet/index.ts'
import { settingFields } from '../../plan/index.ts'

/** What a field becomes on an engine’s command line. */
export interface EngineDestination {
  readonly engine: FactsEngine
  /** Version that the flags are known of. */
  readonly version: string
  /** Flags that it is written with, such as `--max-model-len`. */
  readonly flags: readonly string[]
  /** The values that the engine’s parser takes, where it takes only some. */
  readonly allowed?: readonly string[]
  /** The engine’s own default, where it is fixed. */
  readonly default?: string
}

/** What a field becomes where a Fleet runs. */
export interface TargetDestination {
  readonly target: TargetName
  /** What acts on it there; empty when nothing does yet. */
  readonly actedOnBy: readonly string[]
  /** Whether `fairlead render` for this target says it in the target’s own words. */
  readonly isRendered: boolean
}

/** Everything about a field, and where it ends up. */
export interface FieldExplanation extends FieldDescription {
  readonly engines: readonly EngineDestination[]
  readonly targets: readonly TargetDestination[]
}

const engines: readonly FactsEngine[] = ['vllm', 'sglang', 'llamacpp']

/** A field by its path, with where it ends up in each engine and target; undefined when there is no such field. */
export function explainField(path: string): FieldExplanation | undefined {
  const field = describeField(path)
  if (field === undefined) return undefined
  const settings = settingsOfField(field.path)
  return {
    ...field,
    engines: settings.length === 0 ? [] : engines.flatMap((engine) => destinationIn(engine, settings)),
    targets: targetNames.map((target) => ({
      target,
      actedOnBy: actingOn(field, target),
      isRendered: field.actedOnBy.some((actor) => actor.target === target),
    })),
  }
}

/** The settings of engines that come from a field, or from fields below it. */
function settingsOfField(path: string): (keyof EngineSettings)[] {
  const field = /^models\[\](?:\.(?:prefill|decode))?\.(.+)$/.exec(path)?.[1]
  if (field === undefined) return []
  if (field === 'profile') return startedBy(profiles)
  if (field === 'roles') return startedBy(roles)
  const names = Object.keys(settingFields) as (keyof EngineSettings)[]
  return names.filter((name) => {
    const own = settingFields[name] ?? ''
    // A list such as the tiers of the KV cache is one setting; a section such as kvCache is many.
    return own === field || field.startsWith(`${own}.`) || field.startsWith(`${own}[`)
  })
}

/** The settings that a profile or a role starts from. */
function startedBy(starters: readonly Pick<Profile, 'starts'>[]): (keyof EngineSettings)[] {
  const names = starters.flatMap(({ starts }) => starts.flatMap(({ settings }) => Object.keys(settings)))
  return [...new Set(names)] as (keyof EngineSettings)[]
}

function destinationIn(engine: FactsEngine, settings: readonly (keyof EngineSettings)[]): EngineDestination[] {
  const rows = flagRowsOf(engine).filter((row) => row.settings.some((setting) => settings.includes(setting)))
  const flags = [...new Set(rows.flatMap((row) => row.flags))]
  if (flags.length === 0) return []
  const facts = factsFor(engine)
  const known = facts.flags.filter(({ name, negation }) => flags.includes(name) || flags.includes(negation ?? ''))
  const [only] = known.length === 1 ? known : []
  return [
    {
      engine,
      version: facts.version,
      flags,
      ...(only?.choices === undefined ? {} : { allowed: only.choices }),
      ...(only?.default === undefined ? {} : { default: only.default }),
    },
  ]
}

/** Who acts on a field on a target: what runs there, and what renders for it. */
function actingOn({ actedOnBy }: FieldDescription, target: TargetName): string[] {
  const titles = actedOnBy
    .filter((actor) =>
      actor.target === undefined ? target === 'local' || actor.name !== 'local' : actor.target === target,
    )
    .map(({ title }) => title)
  return [...new Set(titles)]
}
