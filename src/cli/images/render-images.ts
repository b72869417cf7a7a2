import { formatBytes } from '../../files/index.ts'
import type { FleetImage, FleetImages, ImageFacts, Supply } from '../../operate/images/index.ts'
import type { Paint } from '../output.ts'
import { hanging } from '../plan/index.ts'

/** What a list of images is written on. */
export interface ImagesSurface {
  readonly columns: number
  readonly paint: Paint
}

/** The images of a Fleet for people, each with what uses it, and what its cluster’s prerequisites come from. */
export function renderImages(
  { images, supplies }: Omit<FleetImages, 'rendered'>,
  facts: ReadonlyMap<string, ImageFacts | Error> | undefined,
  surface: ImagesSurface,
): string[] {
  const { paint } = surface
  return [
    ...images.flatMap((image) => imageLines(image, facts?.get(image.image), surface)),
    ...(supplies.length === 0
      ? []
      : ['', paint.bold('What the cluster’s prerequisites are installed from (their own images are not listed)')]),
    ...supplies.flatMap((supply) => [describeSupply(supply), `  ${paint.dim(supply.for)}`]),
  ]
}

function imageLines(
  { image, upstream, uses, weightsOf }: FleetImage,
  facts: ImageFacts | Error | undefined,
  { columns, paint }: ImagesSurface,
): string[] {
  const isOnePlace = new Set(uses.map((use) => use.in)).size === 1
  const used = isOnePlace
    ? Map.groupBy(
        uses.map(({ in: head, by: part }) => ({ head, part })),
        ({ head }) => head,
      )
    : Map.groupBy(
        uses.map(({ in: part, by: head }) => ({ head, part })),
        ({ head }) => head,
      )
  return [
    paint.bold(image),
    ...(upstream === image ? [] : [`  published as ${upstream}`]),
    ...(facts === undefined ? [] : factLines(facts, columns)),
    ...(weightsOf === null ? [] : [`  weights of ${weightsOf}`]),
    ...[...used].flatMap(([head, same]) =>
      hanging('  ', `${head}: ${[...new Set(same.map(({ part }) => part))].join(', ')}`, columns, '    ').map((line) =>
        paint.dim(line),
      ),
    ),
  ]
}

/** Such as `oci://quay.io/jetstack/charts/cert-manager v1.21.1`. */
const describeSupply = ({ from, chart, version, kind }: Supply): string =>
  kind === 'chart' ? `${chart === undefined ? from : `${chart} of ${from}`} ${version}` : from

const factLines = (facts: ImageFacts | Error, columns: number): string[] =>
  facts instanceof Error
    ? hanging('  ', `not known: ${facts.message}`, columns)
    : [`  ${facts.digest}  ${formatBytes(facts.bytes)}`]
