import { loadFleet, requireFleet } from '../../../../src/fleet/index.ts'
import { resourceOf, resourcePath, type KubernetesObject } from '../../../../src/kubernetes/index.ts'
import { makePlan } from '../../../../src/plan/index.ts'
import { findRenderer } from '../../../../src/targets/index.ts'
import type { ApiClient } from '../api-client.ts'

/** What a Fleet becomes on a target, in the order in which it is applied. */
export function objectsOf(
  fleetText: string,
  target: 'kubernetes' | 'kserve' | 'llmd' = 'kubernetes',
): readonly KubernetesObject[] {
  const fleet = requireFleet(loadFleet(fleetText, { file: 'fleet.yaml', purpose: target }))
  const options = { version: '1.2.3', fleetText, overrides: {}, gateway: true, files: {} }
  const rendering = findRenderer(target)?.render(makePlan(fleet, { target }), options)
  const errors = rendering?.notes.filter(({ severity }) => severity === 'error') ?? []
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return (rendering?.artifacts ?? []).flatMap((artifact) => (artifact.kind === 'object' ? [artifact.object] : []))
}

/** Where an object is on the server. */
export function pathOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const resource = resourceOf(apiVersion, kind)
  if (resource === undefined) throw new Error(`no schema of ${apiVersion} ${kind}`)
  return resourcePath(resource, metadata.namespace ?? 'default', metadata.name)
}

/** Applies objects one after the other on the server's side. */
export async function applyObjects(client: ApiClient, objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) {
    const query = 'fieldManager=fairlead&fieldValidation=Strict&force=true'
    const { status, body } = await client.apply(`${pathOf(object)}?${query}`, object)
    if (status !== 200 && status !== 201) throw new Error(`${object.kind} ${object.metadata.name}: ${body.message}`)
  }
}

/** Deletes objects, the last one first; what controllers made for them goes with them. */
export async function deleteObjects(client: ApiClient, objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects.toReversed()) await client.delete(`${pathOf(object)}?propagationPolicy=Background`)
}
