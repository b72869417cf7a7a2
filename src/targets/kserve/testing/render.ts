import { loadFleet, requireFleet } from '../../../fleet/index.ts'
import type { KubernetesObject } from '../../../kubernetes/index.ts'
import { makePlan, type PlanWarning } from '../../../plan/index.ts'
import type { ObjectArtifact } from '../../rendering/index.ts'
import { streamOf } from '../../rendering/output/index.ts'
import { kserveRenderer } from '../index.ts'

/** What a Fleet renders to, as tests look at it. */
export interface RenderedForTest {
  readonly objects: readonly KubernetesObject[]
  readonly notes: readonly PlanWarning[]
  /** Ids of its errors. */
  readonly errors: readonly string[]
  /** The objects as one stream of YAML. */
  readonly stream: string
}

/** Renders the text of a Fleet for KServe. */
export function renderText(fleetText: string, gateway = true): RenderedForTest {
  const fleet = requireFleet(loadFleet(fleetText, { file: 'fleet.yaml', purpose: 'kserve' }))
  const plan = makePlan(fleet, { target: 'kserve' })
  const { artifacts, notes } = kserveRenderer.render(plan, { version: '1.2.3', fleetText, overrides: {}, gateway })
  const objects = artifacts.filter((artifact): artifact is ObjectArtifact => artifact.kind === 'object')
  const errors = notes.filter(({ severity }) => severity === 'error').map(({ id }) => id)
  return { objects: objects.map(({ object }) => object), notes, errors, stream: streamOf(artifacts) }
}

/** Renders a Fleet that is named `lab` and has these fields. */
export const renderFleet = (fields: object, gateway = true): RenderedForTest =>
  renderText(JSON.stringify({ name: 'lab', ...fields }), gateway)
