import { loadFleet, requireFleet } from '../../../fleet/index.ts'
import type { KubernetesObject } from '../../../kubernetes/index.ts'
import { makePlan, type PlanWarning } from '../../../plan/index.ts'
import type { Artifact, DocumentArtifact, ObjectArtifact } from '../../rendering/index.ts'
import { streamOf } from '../../rendering/output/index.ts'
import { kubernetesRenderer } from '../index.ts'

/** What a Fleet renders to, as tests look at it. */
export interface RenderedForTest {
  readonly artifacts: readonly ObjectArtifact[]
  readonly objects: readonly KubernetesObject[]
  /** Files beside the objects. */
  readonly documents: readonly DocumentArtifact[]
  readonly notes: readonly PlanWarning[]
  /** The objects as one stream of YAML. */
  readonly stream: string
}

/** Renders the text of a Fleet for Kubernetes. */
export function renderText(fleetText: string, files: Readonly<Record<string, string>> = {}): RenderedForTest {
  const fleet = requireFleet(loadFleet(fleetText, { file: 'fleet.yaml', purpose: 'kubernetes' }))
  const plan = makePlan(fleet, { target: 'kubernetes' })
  const options = { version: '1.2.3', fleetText, overrides: {}, gateway: true, files }
  const { artifacts, notes } = kubernetesRenderer.render(plan, options)
  const objects = artifacts.filter((artifact): artifact is ObjectArtifact => artifact.kind === 'object')
  const documents = artifacts.filter((artifact: Artifact) => artifact.kind === 'document')
  return {
    artifacts: objects,
    documents,
    objects: objects.map(({ object }) => object),
    notes,
    stream: streamOf(artifacts),
  }
}

/** Renders a Fleet that is named `lab` and has these fields. */
export const renderFleet = (fields: object, files?: Readonly<Record<string, string>>): RenderedForTest =>
  renderText(JSON.stringify({ name: 'lab', ...fields }), files)
