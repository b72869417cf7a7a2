import type { Fleet, TargetName } from '../../fleet/index.ts'
import type { FleetSecret, FleetSource, SecretObject, SecretPickup } from '../contract.ts'
import { namedReferences, type NamedReference } from './named-secrets.ts'

/** Where a target keeps a secret, and how a new value of it arrives. */
export interface SecretPlacing {
  readonly place: string
  readonly pickup: SecretPickup
  readonly object?: SecretObject
  /** Whether something reads it, where the target knows; where it does not, what acts on the field decides. */
  readonly isRead?: boolean
}

/** What of a source secrets are told with. */
export type SecretSource = Pick<FleetSource, 'fleet' | 'positionOf'>

/** What a Fleet calls a secret: its variable, its file, or its Kubernetes Secret and key. */
function nameOf({ reference: { env, file, secretRef } }: NamedReference): Pick<FleetSecret, 'name' | 'key'> {
  return secretRef === undefined ? { name: env ?? file ?? '' } : { name: secretRef.name, key: secretRef.key }
}

/** The secrets of a Fleet as a target keeps them, each once, in the order of the Fleet’s fields. */
export function fleetSecrets(
  { fleet, positionOf }: SecretSource,
  target: TargetName,
  placingOf: (named: NamedReference) => SecretPlacing,
): FleetSecret[] {
  const found = new Map<string, FleetSecret>()
  for (const named of namedReferences(fleet, target)) {
    const { pickup, isRead = named.isActive, ...where } = placingOf(named)
    const { path, readers } = named
    const line = lineOf(path, positionOf)
    const use = { path, ...(line === undefined ? {} : { line }), readers, pickup }
    const name = nameOf(named)
    const known = found.get(where.place)
    found.set(where.place, {
      ...name,
      // A value that several fields share is one of ours only where all of them say so.
      kind: known === undefined || known.kind === named.kind ? named.kind : 'value',
      ...where,
      uses: [...(known?.uses ?? []), use],
      isRead: isRead || known?.isRead === true,
    })
  }
  return [...found.values()]
}

/** The line of a field, or of the nearest one above it that stands in the file. */
function lineOf(path: string, positionOf: FleetSource['positionOf']): number | undefined {
  for (let at = path; at !== ''; at = at.replace(/(\.|\[)?[^.[]*$/, '')) {
    const position = positionOf?.(at)
    if (position !== undefined) return position.line
  }
  return undefined
}

/** Fields that refer to a secret, with their lines, for sentences. */
export function usesText({ uses }: Pick<FleetSecret, 'uses'>): string {
  return uses
    .filter(({ path }) => path !== '')
    .map(({ path, line }) => (line === undefined ? path : `${path} (line ${line})`))
    .join(', ')
}

/** How people are told of a secret: `HF_TOKEN`, `keys team`. */
export const titleOf = ({ name, key }: Pick<FleetSecret, 'name' | 'key'>): string =>
  key === undefined ? name : `${name} ${key}`

/** A word as a shell reads it. */
const typed = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** The command that acts on a secret. */
export function secretCommand(
  verb: 'set' | 'rotate',
  secret: Pick<FleetSecret, 'name' | 'key'>,
  {
    fleet,
    shownAs,
    target,
  }: { readonly fleet: Fleet; readonly shownAs?: string | undefined; readonly target: TargetName },
): string {
  const { name, key } = secret
  const words = [name, ...(key === undefined ? [] : [key])]
  const file = shownAs === undefined || shownAs === 'fleet.yaml' ? [] : [shownAs]
  const place = fleet.targets.default === target ? [] : ['--target', target]
  return ['fairlead secrets', verb, ...[...words, ...file, ...place].map(typed)].join(' ')
}
