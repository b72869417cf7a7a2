import { targetNames } from '../../fleet/index.ts'
import { version } from '../../observe/index.ts'
import { fleetImages, type FleetImages } from '../../operate/images/index.ts'
import type { ReadFleet } from '../../operate/index.ts'
import { readChatTemplates, readGeometries } from '../../operate/planning/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { openFleet, purposeOf, resolveFleet } from '../fleets/index.ts'

/** A Fleet with its images. */
export interface OpenedImages {
  readonly read: ReadFleet
  readonly found: FleetImages
}

/** Reads and renders the Fleet that a command means. */
export async function openImages({ args, options }: CommandInput, context: CommandContext): Promise<OpenedImages> {
  const { environment, signal } = context
  const asked = targetNames.find((name) => name === options['target'])
  const { read } = await resolveFleet(await openFleet(args[0], context, purposeOf(asked)), options, context)
  const target = asked ?? read.fleet.targets.default
  const geometries = await readGeometries(read.fleet, { environment, signal, offline: options['offline'] === true })
  const files = target === 'local' ? {} : await readChatTemplates(read)
  const gateway = options['without-gateway'] !== true
  const found = await fleetImages(read, { target, version, environment, signal, gateway, files, geometries })
  return { read, found }
}
