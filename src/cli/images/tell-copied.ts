import { exitCodes, UserError, type ExitCode } from '../../errors/index.ts'
import { formatBytes } from '../../files/index.ts'
import type { CopiedImage, FleetImages } from '../../operate/images/index.ts'
import { renderTable } from '../console/index.ts'
import { describeError } from '../errors/index.ts'
import type { Output } from '../output.ts'

/** What became of images, as a document. */
export const copiedDocument = (images: readonly CopiedImage[]) =>
  images.map(({ error, ...image }) => (error === undefined ? image : Object.assign(image, { error: whyOf(error) })))

/** Images with what would be copied of them. */
export function copiedTable(images: readonly CopiedImage[]): readonly string[] {
  const rows = images.map(({ image, state, bytes, copiedBytes }) => [
    image,
    state === 'failed' ? '-' : formatBytes(bytes),
    state === 'failed' ? 'failed' : state === 'there' ? 'nothing' : formatBytes(copiedBytes),
  ])
  return renderTable(
    [{ title: 'IMAGE' }, { title: 'SIZE', align: 'right' }, { title: 'TO COPY', align: 'right' }],
    rows,
  )
}

/** Says what was left out, since models come another way. */
export function tellWeights({ images }: FleetImages, output: Output): void {
  const weights = images.filter(({ weightsOf }) => weightsOf !== null)
  if (weights.length === 0) return
  output.note(
    `Left out, since they are weights: ${weights.map(({ image, weightsOf }) => `${image} (${weightsOf})`).join(', ')}. Copy them with models[].source in mind.`,
  )
}

/** How a run ended. @throws UserError that tells of every image that failed */
export function endOf(images: readonly CopiedImage[], output: Output): ExitCode {
  const failed = images.filter(({ state }) => state === 'failed')
  if (failed.length === 0) return exitCodes.done
  if (output.json) return exitCodes.failed
  const [first] = failed
  const { mend, command } = describeError(first?.error)
  throw new UserError({
    what: `${failed.length} of ${images.length} images failed`,
    why: failed.map(({ image, error }) => `${image}: ${whyOf(error)}`).join('\n'),
    ...(mend === undefined ? {} : { mend }),
    ...(command === undefined ? {} : { command }),
  })
}

function whyOf(error: unknown): string {
  const { what, why } = describeError(error)
  return why === undefined ? what : `${what}. ${why}`
}
