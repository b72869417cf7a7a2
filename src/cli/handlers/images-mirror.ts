import { resolve } from 'node:path'
import { writeFileAtomic } from '../../files/index.ts'
import { mirrorImages, wantedImages, type CopiedImage } from '../../operate/images/index.ts'
import type { ReadFleet } from '../../operate/index.ts'
import type { CommandContext, CommandHandler, CommandInput } from '../command.ts'
import { openFleet } from '../fleets/index.ts'
import {
  copiedDocument,
  copiedTable,
  endOf,
  fleetImagesOf,
  imagesText,
  mirroredImages,
  openImages,
  readPlatform,
  tellWeights,
  withImages,
  type MirroredImages,
} from '../images/index.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'
import { createProgress } from '../progress/index.ts'

/** Acts for `fairlead images mirror`. */
export const imagesMirror: CommandHandler = async (input, context) => {
  const { options } = input
  const { output, environment, signal, workingFolder } = context
  const to = readText(options['to'])
  if (to === undefined) {
    throw usageError({
      what: 'Where the images are copied to is not said',
      mend: 'Name a registry and a prefix with --to.',
      command: 'fairlead images mirror --to registry.example.org/mirror',
    })
  }
  const platform = readPlatform(options)
  const folder = readText(options['from'])
  const from = folder === undefined ? undefined : resolve(workingFolder, folder)
  const isDryRun = options['dry-run'] === true
  const { read, images } = await openWanted(input, from, context)
  const fleetImages = from === undefined ? undefined : await fleetImagesOf(from)
  const progress = createProgress(output)
  const isPlainHttp = options['plain-http'] === true
  const copied = await mirrorImages(
    { images, from, to, isPlainHttp },
    { environment, signal, progress, platform, isDryRun },
  ).finally(() => progress.close())
  await tell(
    copied,
    mirroredImages(to, copied, fleetImages),
    { read, isDryRun, isWritten: options['write'] === true },
    context,
  )
  return endOf(copied, output)
}

/** The Fleet, and its images where they are not all of a bundle. */
async function openWanted(
  input: CommandInput,
  from: string | undefined,
  context: CommandContext,
): Promise<{ readonly read: ReadFleet | undefined; readonly images: readonly string[] | undefined }> {
  const { args, options } = input
  if (from !== undefined) {
    const read = options['write'] === true ? await openFleet(args[0], context, 'plan') : undefined
    return { read, images: undefined }
  }
  const { read, found } = await openImages(input, context)
  tellWeights(found, context.output)
  return { read, images: wantedImages(found, { charts: options['without-charts'] !== true }) }
}

interface Telling {
  readonly read: ReadFleet | undefined
  readonly isDryRun: boolean
  readonly isWritten: boolean
}

/** What was copied, and what the Fleet file is to say or says now. */
async function tell(
  copied: readonly CopiedImage[],
  images: MirroredImages,
  { read, isDryRun, isWritten }: Telling,
  { output }: CommandContext,
): Promise<void> {
  const mayWrite = read !== undefined && isWritten && !isDryRun && Object.keys(images.digests).length > 0
  if (mayWrite) await writeFileAtomic(read.file, withImages(read.text, read.file, images), 0o644)
  if (output.json) {
    output.document({ images: copiedDocument(copied), storage: { images }, written: mayWrite ? read.file : null })
    return
  }
  if (isDryRun) {
    for (const line of copiedTable(copied)) output.line(line)
    return
  }
  const charts = copied.filter(({ kind, state }) => kind === 'chart' && state !== 'failed')
  if (charts.length > 0) output.note('Charts are there too; install them with these in place of the published ones:')
  for (const { at } of charts) output.note(`  oci://${at?.replace(/:([^/:]+)$/, ' --version $1') ?? ''}`)
  if (mayWrite) {
    output.line(`Wrote storage.images to ${read.file}: ${Object.keys(images.digests).length} images, by their digests.`)
    return
  }
  output.note('In the Fleet file, so that its images come from there by their digests (or with --write):')
  output.write(imagesText(images))
}
