import type { Environment } from '../../files/index.ts'
import { resourceOf } from '../../kubernetes/index.ts'
import { version } from '../../observe/index.ts'
import { readGeometries, renderSource, resolveSources } from '../../operate/planning/index.ts'
import type { Artifact, FleetSource } from '../../targets/index.ts'
import type { ReadFleetObject } from './read-fleet-object.ts'

/** What rendering a Fleet object needs. */
export interface SourceContext {
  readonly environment: Environment
  readonly signal: AbortSignal
  /** Whether the hub is left alone about models that the catalogue does not have. */
  readonly offline: boolean
}

/** A Fleet object as objects of its namespace. */
export interface RenderedFleetObject {
  readonly source: FleetSource
  /** What was left out, since it is not in the Fleet’s namespace: `PriorityClass lab-high`. */
  readonly leftOut: readonly string[]
}

/**
 * Renders a Fleet object. What belongs to the whole cluster or to another namespace is left to an administrator.
 * @throws UserError for what the target cannot express
 */
export async function sourceOf(asked: ReadFleetObject, context: SourceContext): Promise<RenderedFleetObject> {
  const { read } = await resolveSources(asked, { ...context, trust: 'environment' })
  const geometries = await readGeometries(read.fleet, context)
  const { target } = asked
  const options = { target, version, environment: {}, gateway: true, files: {}, geometries }
  const { source } = renderSource(read, options)
  const { rendered, fleet } = source
  if (rendered === undefined) return { source, leftOut: [] }
  const { namespace } = fleet.targets[target]
  const isOwn = (artifact: Artifact) => artifact.kind !== 'object' || isInNamespace(artifact.object, namespace)
  const artifacts = rendered.artifacts.filter(isOwn)
  const leftOut = rendered.artifacts.flatMap((artifact) =>
    artifact.kind === 'object' && !isOwn(artifact) && artifact.object.kind !== 'Namespace'
      ? [`${artifact.object.kind} ${artifact.object.metadata.name}`]
      : [],
  )
  return { source: { ...source, rendered: { ...rendered, artifacts } }, leftOut }
}

type RenderedObject = Extract<Artifact, { kind: 'object' }>['object']

const isInNamespace = ({ apiVersion, kind, metadata }: RenderedObject, namespace: string) =>
  resourceOf(apiVersion, kind)?.isNamespaced !== false && (metadata.namespace ?? namespace) === namespace
