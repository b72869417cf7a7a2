import { exitCodes, UserError, type ExitCode } from '../../errors/index.ts'
import { formatBytes } from '../../files/index.ts'
import type { CopiedImage, FetchedSupply, FleetImages } from '../../operate/images/index.ts'
import { renderTable } from '../console/index.ts'
import { describeError } from '../errors/index.ts'
import type { Output } from '../output.ts'

/** What became of images, as a document. */
export const copiedDocument = (images: readonly CopiedImage[]) =>
  images.map(({ error, ...image }) => (error === undefined ? image : Object.assign(image, { error: whyOf(error) })))

/** What became of charts and manifests, as a document. */
export const suppliesDocument = (supplies: readonly FetchedSupply[]) =>
  supplies.map(({ error, ...supply }) =>
    error === undefined ? supply : Object.assign(supply, { error: whyOf(error) }),
  )

/** Something that was to be had, and how that went. */
type Outcome = Pick<CopiedImage, 'image' | 'state' | 'error'>

/** A chart or a file beside images. */
export const asOutcome = ({ from, chart, version, state, error }: FetchedSupply): Outcome => ({
  image: chart === undefined ? from : `${chart} ${version} of ${from}`,
  state: state === 'failed' ? 'failed' : 'copied',
  error,
})

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
export function endOf(images: readonly Outcome[], output: Output): ExitCode {
  const failed = images.filter(({ state }) => state === 'failed')
  if (failed.length === 0) return exitCodes.done
  if (output.json) return exitCodes.failed
  const [first] = failed
  const { mend, command } = describeError(first?.error)
  throw new UserError({
    what: `${failed.length} of ${images.length} could not be had`,
    why: failed.map(({ image, error }) => `${image}: ${whyOf(error)}`).join('\n'),
    ...(mend === undefined ? {} : { mend }),
    ...(command === undefined ? {} : { command }),
  })
}

function whyOf(error: unknown): string {
  const { what, why } = describeError(error)
  return why === undefined ? what : `${what}. ${why}`
}
