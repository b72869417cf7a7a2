import { describeField, type FleetField } from '../../fleet/index.ts'
import type { EngineDestination, FieldExplanation, TargetDestination } from '../../operate/explain/index.ts'
import { renderTerms, wrap } from '../help/wrap.ts'
import type { Paint } from '../output.ts'

/** Where an explanation is shown. */
export interface FieldSurface {
  readonly columns: number
  readonly paint: Paint
}

/** A field with the places where targets have it, such as `Deployment spec.replicas`, the most telling first. */
export interface PlacedField extends FieldExplanation {
  readonly targets: readonly PlacedTarget[]
}
type PlacedTarget = TargetDestination & { readonly places: readonly string[] }

type Row = readonly [term: string, meaning: string]

/** A field for people: what it does, its facts, an example, and what is below it. */
export function renderField(field: PlacedField, { columns, paint }: FieldSurface): string[] {
  return [
    paint.bold(field.path),
    ...wrap(field.effect, columns - 2).map((line) => `  ${line}`),
    '',
    ...renderTerms([...factRows(field), ...destinationRows(field)], columns, paint.dim),
    '',
    '  Example',
    ...field.example.split('\n').map((line) => paint.cyan(`    ${line}`)),
    ...childLines(field, columns, paint),
  ]
}

function factRows(field: FieldExplanation): Row[] {
  const { type, unit, allowed, required, variable, overrides, overriddenBy, children } = field
  return [
    ['Takes', type],
    ...(unit === undefined ? [] : [['Unit', units[unit] ?? unit] as const]),
    ...(children.length > 0 && field.default === undefined ? [] : [['Default', defaultText(field)] as const]),
    ...(required ? [['Required', 'yes'] as const] : []),
    // What the type lists already is not listed again.
    ...(allowed === undefined || allowed.every((value) => type.includes(value))
      ? []
      : [['Allowed', allowed.join(', ')] as const]),
    ...(overrides === undefined ? [] : [['Overrides', `${overrides}, for this model`] as const]),
    ...(overriddenBy === undefined ? [] : [['Overridden', `by ${overriddenBy}, for a model`] as const]),
    ['Variable', variable],
  ]
}

const units: Readonly<Record<string, string>> = {
  tokens: 'tokens; k is 1,024 and M is 1,024 × 1,024',
  bytes: 'bytes; Ki, Mi, Gi, Ti are powers of 1,024, and k, M, G, T of 1,000',
  duration: 'time; ms, s, m, h, d',
  cpus: 'cores; m is a thousandth',
}

function defaultText({ default: value, required }: FieldExplanation): string {
  if (value === undefined) return required ? 'none; it must be written' : 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function destinationRows({ actedOnBy, targets, engines }: PlacedField): Row[] {
  const acting = [...new Set(actedOnBy.map(({ title }) => title))].join('; ')
  const local = targets.find(({ target }) => target === 'local')?.actedOnBy ?? []
  const isPlanned = actedOnBy.some(({ name }) => name === 'plan')
  return [
    ['Acts today', acting === '' ? 'nothing yet; it is accepted, checked, and reported as having no effect' : acting],
    ...engines.map((engine, index): Row => [index === 0 ? 'Becomes' : '', flagText(engine)]),
    ['Targets', `local: ${local.length === 0 ? 'nothing yet' : 'as above'}`],
    ...targets.flatMap((target): Row[] => (target.target === 'local' ? [] : [['', targetText(target, isPlanned)]])),
  ]
}

/** Places that are listed in the text; `--json` has all. */
const shownPlaces = 2

function targetText({ target, places, isRendered, actedOnBy }: PlacedTarget, isPlanned: boolean): string {
  const more = places.length > shownPlaces ? ` and ${places.length - shownPlaces} more` : ''
  if (places.length > 0) return `${target}: ${places.slice(0, shownPlaces).map(elided).join(', ')}${more}`
  if (isRendered) return `${target}: rendered`
  if (actedOnBy.includes('the gateway')) return `${target}: read by the gateway from its Fleet file`
  return `${target}: ${isPlanned ? 'planned, not rendered' : 'nothing yet'}`
}

/** A long place without its middle, so that it fits on a line. */
const elided = (place: string): string => (place.length <= 56 ? place : `${place.slice(0, 22)}…${place.slice(-30)}`)

/** Choices that are listed in the text; `--json` has all. */
const shownChoices = 12

function flagText({ engine, version, flags, allowed, default: value }: EngineDestination): string {
  const more =
    allowed !== undefined && allowed.length > shownChoices ? ` and ${allowed.length - shownChoices} more` : ''
  const choices = allowed === undefined ? '' : `; takes ${allowed.slice(0, shownChoices).join(', ')}${more}`
  const own = value === undefined ? '' : `; its own default is ${value}`
  return `${flags.join(', ')} of ${engine} ${version}${choices}${own}`
}

function childLines({ children, path }: FieldExplanation, columns: number, paint: Paint): string[] {
  if (children.length === 0) return []
  const rows = children.map(({ path: child, effect }): Row => [
    child.slice(path.length).replace(/^(?:\[\])?\./, ''),
    effect,
  ])
  return ['', '  Fields below it', ...renderTerms(rows, columns - 2, paint.cyan).map((line) => `  ${line}`)]
}

/** The sections of a Fleet file. */
export function renderSections(sections: readonly FleetField[], { columns, paint }: FieldSurface): string[] {
  return [
    'The sections of a Fleet file; `fairlead explain SECTION` tells more.',
    '',
    ...renderTerms(
      sections.map(({ path, description }) => [
        path,
        `${description}${isActedOn(path) ? '' : ' Nothing acts on it yet.'}`,
      ]),
      columns,
      paint.cyan,
    ),
  ]
}

const isActedOn = (path: string) => (describeField(path)?.actedOnBy ?? []).length > 0
