import { stringify } from 'yaml'
import { UserError } from '../../errors/index.ts'
import { loadFleet, type Diagnostic, type TargetName } from '../../fleet/index.ts'
import type { ReadFleet } from '../../operate/index.ts'
import { clusterTargetNames, type ClusterTargetName } from '../../targets/index.ts'
import type { FleetObject } from './fleet-object.ts'

/** A Fleet object that has no error. */
export interface ReadFleetObject extends ReadFleet {
  /** Where it says, as far as that is a cluster, else plain Kubernetes. */
  readonly target: ClusterTargetName
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads a Fleet object. Its namespace is that of every object that it becomes, whatever it says of a context.
 * @param allowed targets that Fleets may run on here
 * @throws UserError with all problems at once; their places are fields
 */
export function readFleetObject(
  { apiVersion, kind, metadata, spec = {} }: FleetObject,
  allowed: readonly ClusterTargetName[] = clusterTargetNames,
): ReadFleetObject {
  const { name, namespace = 'default' } = metadata
  const targets = fieldsOf(spec['targets'])
  const target = clusterTargetNames.find((each) => each === targets['default']) ?? 'kubernetes'
  if (!allowed.includes(target)) throw notHere(target, allowed)
  const own = fieldsOf(targets[target])
  const asked = own['namespace']
  if (asked !== undefined && asked !== namespace) {
    throw new UserError({
      what: `spec.targets.${target}.namespace is ${JSON.stringify(asked)}, and this Fleet is in namespace ${namespace}`,
      why: 'A Fleet object runs in its own namespace, so that who may write Fleets there has no power elsewhere.',
      mend: `Remove it, or make the Fleet in namespace ${String(asked)}.`,
    })
  }
  const { context: _, ...settings } = own
  const placed = { ...targets, default: target, [target]: { ...settings, namespace } }
  const text = stringify({ apiVersion, kind, metadata: { name }, spec: { ...spec, targets: placed } })
  const loaded = loadFleet(text, { file: `${namespace}/${name}`, purpose: target satisfies TargetName })
  const { fleet, diagnostics, overriddenBy, positionOf } = loaded
  if (fleet === undefined) throw refused(diagnostics.filter(({ severity }) => severity === 'error'))
  refuseFiles(fleet.models.map(({ name: model, chat }) => ({ model, file: chat.templateFile })))
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning')
  // `file` is what relative names start from; a Fleet object names none.
  return { fleet, file: '/', shownAs: `${namespace}/${name}`, warnings, text, overriddenBy, positionOf, target }
}

const notHere = (target: ClusterTargetName, allowed: readonly ClusterTargetName[]) =>
  new UserError({
    what: `The Fleet runs on target ${target}, and this controller was installed for ${allowed.join(', ')} alone`,
    why: 'It has no rights on what a Fleet becomes there.',
    mend: `Have whoever administers the cluster install it with \`--target ${target}\` or for all targets, or set spec.targets.default to ${allowed.join(' or ')}.`,
  })

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})

function refused(errors: readonly Diagnostic[]): UserError {
  const lines = errors.map(({ path, message, suggestion }) =>
    [path, message, ...(suggestion === undefined ? [] : [suggestion])].filter((part) => part !== '').join(': '),
  )
  return new UserError({ what: lines.join('\n') })
}

/** Files on the controller’s own disk are nobody’s business who writes a Fleet. */
function refuseFiles(models: readonly { readonly model: string; readonly file: string | undefined }[]): void {
  const named = models.filter(({ file }) => file !== undefined)
  if (named.length === 0) return
  throw new UserError({
    what: `${named.map(({ model }) => model).join(', ')}: chat.templateFile names a file, and a Fleet object has none beside it`,
    mend: 'Write the template itself: chat.template.',
  })
}
