import type { TargetName } from '../fleet/index.ts'
import { composeRenderer } from './compose/index.ts'
import { kserveRenderer } from './kserve/index.ts'
import { kubernetesRenderer } from './kubernetes/index.ts'
import { llmdRenderer } from './llmd/index.ts'
import type { Renderer } from './rendering/index.ts'

/** The targets that Fleets are rendered for. */
export const renderers: readonly Renderer[] = [composeRenderer, kubernetesRenderer, kserveRenderer, llmdRenderer]

/** The renderer of a target; undefined where this version has none. */
export function findRenderer(target: TargetName): Renderer | undefined {
  return renderers.find(({ name }) => name === target)
}
