import { UserError } from '../../errors/index.ts'
import { PassingFailure } from '../../models/index.ts'
import {
  copyImages,
  imagePlace,
  resolveImage,
  type CopyOutcome,
  type ImageCopy,
  type ImageDestination,
  type ImageSource,
  type Platform,
  type ResolvedImage,
} from '../../registries/index.ts'
import type { ProgressReporter } from '../../progress/index.ts'

/** Where an image is copied from and to. */
export interface CopyRoute {
  readonly source: ImageSource
  /** What it is asked for by. */
  readonly reference: string
  readonly destination: ImageDestination
  /** What it is called there; its digest where undefined. */
  readonly called: string | undefined
  /** The same for people, with the repository; undefined in a layout. */
  readonly at?: string
}

/** What became of an image. */
export interface CopiedImage {
  /** Where it is published. */
  readonly image: string
  readonly kind: 'image' | 'chart'
  /** Name at the destination without its digest; null in a bundle. */
  readonly at: string | null
  /** Null where the image could not be found. */
  readonly digest: string | null
  /** Of all its blobs and manifests. */
  readonly bytes: number
  /** Of blobs that were copied or, in a dry run, would be. */
  readonly copiedBytes: number
  readonly state: 'copied' | 'there' | 'planned' | 'failed'
  readonly error?: unknown
}

/** How images are copied. */
export interface CopyContext {
  readonly progress: ProgressReporter
  readonly signal: AbortSignal
  /** One of each index; all when undefined. */
  readonly platform: Platform | undefined
  /** Whether it is only found out what would be copied. */
  readonly isDryRun: boolean
}

/** Media type of a chart’s configuration (helm.sh, use OCI-based registries). */
const chartConfig = 'application/vnd.cncf.helm.config.v1+json'

/** An image that was found, or why not. */
type Found =
  | { readonly image: string; readonly route: CopyRoute; readonly resolved: ResolvedImage }
  | { readonly image: string; readonly route?: CopyRoute; readonly error: unknown }

/** Finds images and copies them; one that fails keeps no other from being copied. */
export async function copyWanted(
  images: readonly string[],
  routeOf: (image: string) => CopyRoute,
  context: CopyContext,
): Promise<CopiedImage[]> {
  const step = context.progress.step(
    images.length === 1 ? 'Asking for the image' : `Asking for ${images.length} images`,
  )
  const found = await Promise.all(images.map((image) => find(image, routeOf, context))).catch((error: unknown) => {
    step.fail('interrupted')
    throw error
  })
  const checked = refuseClashes(found)
  step.succeed()
  if (context.isDryRun) return Promise.all(checked.map((each) => rehearse(each, context)))
  const whole = checked.filter((each) => 'resolved' in each)
  const copies = whole.map(({ image, route, resolved }): ImageCopy => {
    const { source, destination, called = resolved.digest } = route
    return { title: image, image: resolved, source, destination, reference: called }
  })
  const outcomes = await copyImages(copies, context)
  const outcomeOf = new Map(whole.map(({ image }, index) => [image, outcomes[index]]))
  return checked.map((each) => ('resolved' in each ? told(each, outcomeOf.get(each.image)) : failed(each)))
}

async function find(image: string, routeOf: (image: string) => CopyRoute, context: CopyContext): Promise<Found> {
  try {
    const route = routeOf(image)
    return { image, route, resolved: await resolveImage(route.source, route.reference, context.platform, context) }
  } catch (error) {
    context.signal.throwIfAborted()
    return { image, error }
  }
}

/** Images of two registries may have the same path: only the first of those that differ has the place. */
function refuseClashes(found: readonly Found[]): Found[] {
  const places = new Map<string, { readonly image: string; readonly digest: string }>()
  return found.map((each) => {
    const at = each.route?.at
    if (at === undefined || !('resolved' in each)) return each
    const { digest } = each.resolved
    const there = places.get(at)
    if (there === undefined) places.set(at, { image: each.image, digest })
    if (there === undefined || there.digest === digest) return each
    const error = new UserError({
      what: `${each.image} and ${there.image} are different images that would both be ${at}`,
      mend: 'Copy one of them with another --to, and name it in models[].image.',
    })
    return { image: each.image, error }
  })
}

async function rehearse(found: Found, { signal }: CopyContext): Promise<CopiedImage> {
  if (!('resolved' in found)) return failed(found)
  const { resolved, route } = found
  const { destination, called = resolved.digest } = route
  try {
    if ((await destination.digestOf(called, signal)) === resolved.digest) return { ...facts(found), state: 'there' }
    const missing = await Promise.all(
      resolved.blobs.map(async (blob) => ((await destination.hasBlob(blob, signal)) ? 0 : blob.size)),
    )
    return { ...facts(found), state: 'planned', copiedBytes: missing.reduce((sum, size) => sum + size, 0) }
  } catch (error) {
    signal.throwIfAborted()
    return { ...facts(found), state: 'failed', error: explained(found.image, error) }
  }
}

function told(found: Extract<Found, { resolved: ResolvedImage }>, outcome: CopyOutcome | undefined): CopiedImage {
  if (outcome === undefined || outcome.state === 'failed')
    return { ...facts(found), state: 'failed', error: explained(found.image, outcome?.error) }
  const { wasThere, copiedBytes } = outcome
  return { ...facts(found), state: wasThere ? 'there' : 'copied', copiedBytes }
}

const facts = ({ image, route, resolved }: Extract<Found, { resolved: ResolvedImage }>) => ({
  image,
  kind: resolved.blobs.some(({ mediaType }) => mediaType === chartConfig) ? ('chart' as const) : ('image' as const),
  at: route.at ?? null,
  digest: resolved.digest,
  bytes: resolved.bytes,
  copiedBytes: 0,
})

const failed = ({ image, error }: Extract<Found, { error: unknown }>): CopiedImage => ({
  image,
  kind: 'image',
  at: null,
  digest: null,
  bytes: 0,
  copiedBytes: 0,
  state: 'failed',
  error: explained(image, error),
})

/** What passes may have passed by the next time. */
const explained = (image: string, error: unknown): unknown =>
  error instanceof PassingFailure
    ? new UserError({
        what: `${image} could not be copied`,
        why: `${error.message}.`,
        mend: 'Run the command again: what is there already is not copied again.',
        cause: error,
      })
    : error

/** The place of an image. @throws UserError for a name that no registry can have */
export function placeOf(image: string): NonNullable<ReturnType<typeof imagePlace>> {
  const place = imagePlace(image)
  if (place !== undefined) return place
  throw new UserError({
    what: `${JSON.stringify(image)} is no image`,
    mend: 'Write it as registry.example.org/name:tag, in lower case.',
  })
}
