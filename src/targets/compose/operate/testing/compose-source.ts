import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fleetSchema, type FleetInput } from '../../../../fleet/index.ts'
import { makePlan } from '../../../../plan/index.ts'
import type { FleetSource } from '../../../contract.ts'
import { composeRenderer } from '../../render.ts'

/** A Fleet as it is applied on target compose; its file is written into `folder`. */
export function composeSource(input: FleetInput, folder: string): FleetSource {
  const fleetText = JSON.stringify(input)
  const file = join(folder, 'fleet.yaml')
  writeFileSync(file, fleetText)
  const fleet = fleetSchema.parse(input)
  const options = { version: '1.2.3', fleetText, overrides: {}, gateway: true }
  const { artifacts } = composeRenderer.render(makePlan(fleet, { target: 'compose' }), options)
  return { fleet, file, rendered: { artifacts, fleetText, version: '1.2.3', positionOf: () => undefined } }
}
