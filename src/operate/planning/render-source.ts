import type { FleetSource } from '../../targets/index.ts'
import type { ReadFleet } from '../read-fleet.ts'
import { renderFleet, type RenderFleetOptions } from './render-fleet.ts'
import type { Diagnostic } from '../../fleet/index.ts'

/** A Fleet as a cluster target plans and applies it, and what a person should know of its rendering. */
export interface RenderedFleetSource {
  readonly source: FleetSource
  readonly notes: readonly Diagnostic[]
}

/**
 * Renders a Fleet and puts it together with its file for `planFleet` and `applyFleet`.
 * @throws UserError for what the target cannot express, with every place at once
 */
export function renderSource(read: ReadFleet, options: RenderFleetOptions): RenderedFleetSource {
  const { artifacts, notes, ...more } = renderFleet(read, { ...options, isForTarget: true })
  const { fleet, file, shownAs, text, pinnedText: fleetText = text, positionOf } = read
  return {
    source: {
      fleet,
      file,
      shownAs,
      positionOf,
      rendered: { artifacts, fleetText, positionOf, version: options.version, ...more },
    },
    notes,
  }
}
