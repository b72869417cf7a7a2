import { join, resolve } from 'node:path'
import { version } from '../../observe/index.ts'
import { writeFileAtomic } from '../../files/index.ts'
import { bundleImages, wantedImages } from '../../operate/images/index.ts'
import { filesOf, writeFolder } from '../../targets/index.ts'
import type { CommandHandler } from '../command.ts'
import { copiedDocument, endOf, openImages, readPlatform, tellWeights } from '../images/index.ts'
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
  const progress = createProgress(output)
  const copied = await bundleImages(wantedImages(found, { charts: options['without-charts'] !== true }), folder, {
    environment,
    signal,
    progress,
    platform,
    isDryRun: false,
  }).finally(() => progress.close())
  const { fleet, target, supplies, rendered } = found
  await writeFileAtomic(join(folder, 'fleet.yaml'), read.text, 0o644)
  await writeFolder(join(folder, 'rendered'), filesOf(rendered.artifacts))
  const document = { fairlead: version, fleet, target, images: copiedDocument(copied), supplies }
  await writeFileAtomic(join(folder, 'bundle.json'), `${JSON.stringify(document, null, 2)}\n`, 0o644)
  const whole = copied.filter(({ state }) => state !== 'failed')
  if (output.json) output.document({ folder, ...document })
  else {
    output.line(
      `Wrote ${whole.length} of ${copied.length} images to ${shownAs}. Where there is no internet, copy them to a registry:`,
    )
    output.line(`  fairlead images mirror ${shownAs}/fleet.yaml --from ${shownAs} --to REGISTRY/PREFIX --write`)
  }
  return endOf(copied, output)
}
