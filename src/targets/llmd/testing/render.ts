import { loadFleet, requireFleet } from '../../../fleet/index.ts'
import type { KubernetesObject } from '../../../kubernetes/index.ts'
import { makePlan, type PlanWarning } from '../../../plan/index.ts'
import type { ObjectArtifact } from '../../rendering/index.ts'
import { streamOf } from '../../rendering/output/index.ts'
import { llmdRenderer } from '../index.ts'

/** What a Fleet renders to, as tests look at it. */
export interface RenderedForTest {
  readonly objects: readonly KubernetesObject[]
  readonly notes: readonly PlanWarning[]
  /** The objects as one stream of YAML. */
  readonly stream: string
}

/** Renders the text of a Fleet for llm-d. */
export function renderText(fleetText: string, gateway = true): RenderedForTest {
  const fleet = requireFleet(loadFleet(fleetText, { file: 'fleet.yaml', purpose: 'llmd' }))
  const plan = makePlan(fleet, { target: 'llmd' })
  const { artifacts, notes } = llmdRenderer.render(plan, { version: '1.2.3', fleetText, overrides: {}, gateway })
  const objects = artifacts.filter((artifact): artifact is ObjectArtifact => artifact.kind === 'object')
  return { objects: objects.map(({ object }) => object), notes, stream: streamOf(artifacts) }
}
