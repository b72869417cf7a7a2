import { join, resolve } from 'node:path'
import { version } from '../../observe/index.ts'
import { writeFileAtomic } from '../../files/index.ts'
import {
  bundleImages,
  fetchSupplies,
  wantedImages,
  type FleetImages,
  type MirrorContext,
} from '../../operate/images/index.ts'
import { filesOf, writeFolder } from '../../targets/index.ts'
import type { CommandHandler } from '../command.ts'
import {
  asOutcome,
  copiedDocument,
  endOf,
  openImages,
  readPlatform,
  recordName,
  suppliesDocument,
  tellWeights,
} from '../images/index.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'
import { createProgress } from '../progress/index.ts'

/** Acts for `fairlead images bundle`. */
export const imagesBundle: CommandHandler = async (input, context) => {
  const { options } = input
  const { output, environment, signal, workingFolder } = context
  const shownAs = readText(options['output'])
  if (shownAs === undefined) {
    throw usageError({
      what: 'Where the bundle is written is not said',
      mend: 'Name a folder with --output.',
      command: 'fairlead images bundle --output bundle',
    })
  }
  const platform = readPlatform(options)
  const folder = resolve(workingFolder, shownAs)
  const { read, found } = await openImages(input, context)
  tellWeights(found, output)
  const charts = options['without-charts'] !== true
  const progress = createProgress(output)
  const work = { environment, signal, progress, platform, isDryRun: false }
  const { supplies, copied } = await fetchAll(found, charts, folder, work).finally(() => progress.close())
  const { fleet, target, rendered } = found
  await writeFileAtomic(join(folder, 'fleet.yaml'), read.text, 0o644)
  await writeFolder(join(folder, 'rendered'), filesOf(rendered.artifacts))
  const document = {
    fairlead: version,
    fleet,
    target,
    fleetImages: wantedImages(found, { charts: false }),
    images: copiedDocument(copied),
    supplies: suppliesDocument(supplies),
  }
  await writeFileAtomic(join(folder, recordName), `${JSON.stringify(document, null, 2)}\n`, 0o644)
  const whole = copied.filter(({ state }) => state !== 'failed')
  if (output.json) output.document({ folder, ...document })
  else {
    output.line(
      `Wrote ${whole.length} of ${copied.length} images to ${shownAs}. Where there is no internet, copy them to a registry:`,
    )
    output.line(`  fairlead images mirror ${shownAs}/fleet.yaml --from ${shownAs} --to REGISTRY/PREFIX --write`)
  }
  for (const { from } of supplies.filter(({ state }) => state === 'byHand')) output.note(`To be had by hand: ${from}`)
  return endOf([...copied, ...supplies.map(asOutcome)], output)
}

/** Charts and manifests first: manifests name images too. */
async function fetchAll(found: FleetImages, charts: boolean, folder: string, work: MirrorContext) {
  const supplies = charts ? await fetchSupplies(found.supplies, folder, work) : []
  const images = [...wantedImages(found, { charts }), ...supplies.flatMap((supply) => supply.images)]
  return { supplies, copied: await bundleImages([...new Set(images)], folder, work) }
}
