import type { Fleet, TargetName } from '../../fleet/index.ts'
import { planPrerequisites } from '../doctor/index.ts'
import type { ReadFleet } from '../read-fleet.ts'
import { renderFleet, type RenderedFleet, type RenderFleetOptions } from '../planning/index.ts'
import { imagesIn, type ImageUse } from './images-in.ts'
import { suppliesOf, type Supply } from './supplies.ts'

/** An image of a Fleet. */
export interface FleetImage {
  /** As it is rendered. */
  readonly image: string
  /** As it is without `storage.images.registry` and `storage.images.digests`: where it is published. */
  readonly upstream: string
  readonly uses: readonly Omit<ImageUse, 'image'>[]
  /** Model whose weights it is (`oci://`); null for a program. */
  readonly weightsOf: string | null
}

/** Everything that a Fleet takes from registries, repositories and release pages. */
export interface FleetImages {
  readonly fleet: string
  readonly target: TargetName
  readonly images: readonly FleetImage[]
  /** What the prerequisites of the target’s cluster are installed from; the images in it are not listed. */
  readonly supplies: readonly Supply[]
  readonly rendered: RenderedFleet
}

/**
 * The images that a Fleet is rendered with, found in what is rendered, and what its cluster’s prerequisites are installed from.
 * @throws UserError as `renderFleet` does
 */
export async function fleetImages(
  read: ReadFleet,
  options: RenderFleetOptions & { readonly signal: AbortSignal },
): Promise<FleetImages> {
  const { target } = options
  const rendered = renderFleet(read, options)
  // The same Fleet but for its registry has the same containers in the same order.
  const published = imagesIn(renderFleet({ ...read, fleet: asPublished(read.fleet) }, options).artifacts)
  const uses = imagesIn(rendered.artifacts)
  const upstream = new Map(uses.map(({ image }, index) => [image, published[index]?.image ?? image]))
  const weights = weightsIn(read.fleet)
  const images = [...Map.groupBy(uses, ({ image }) => image)].map(([image, same]): FleetImage => ({
    image,
    upstream: upstream.get(image) ?? image,
    uses: same.map(({ in: place, by }) => ({ in: place, by })),
    weightsOf: weights.get(image) ?? null,
  }))
  const steps = target === 'local' || target === 'compose' ? [] : (await planPrerequisites(read, target, options)).steps
  return { fleet: read.fleet.name, target, images, supplies: suppliesOf(steps), rendered }
}

/** A Fleet whose images come from where they are published, by their tags. */
function asPublished(fleet: Fleet): Fleet {
  const { registry: _, ...images } = fleet.storage.images
  return { ...fleet, storage: { ...fleet.storage, images: { ...images, digests: {} } } }
}

/** Images that are weights, with the model that they are of. */
const weightsIn = ({ models }: Fleet): ReadonlyMap<string, string> =>
  new Map(
    models.flatMap(({ name, source = '', adapters }) =>
      [source, ...adapters.map((adapter) => adapter.source)].flatMap((each) =>
        each.startsWith('oci://') ? [[each.slice('oci://'.length), name] as const] : [],
      ),
    ),
  )
