import { UserError } from '../../errors/index.ts'
import type { ImageSource, ManifestContent, Platform, ResolvedImage, Descriptor } from '../contract.ts'
import { parseManifest } from '../manifest.ts'
import { retried, type RetryContext } from './retried.ts'

/** Indices in indices are allowed by the image-spec and made by nobody; deeper ones are an attack. */
const deepest = 3
/** Most manifests of an image: platforms, and what builders attest of each. */
const mostManifests = 200

/** `linux/arm64/v8` taken apart; undefined for what is no platform. */
export function parsePlatform(text: string): Platform | undefined {
  const [, os, architecture, variant] = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9.]+))?$/.exec(text) ?? []
  return os === undefined || architecture === undefined ? undefined : { os, architecture, variant }
}

/**
 * Finds everything that an image consists of.
 * @param platform the one whose image is taken from an index; all when undefined
 * @throws UserError for what is not there, not what its digest says, or too large
 */
export async function resolveImage(
  source: ImageSource,
  reference: string,
  platform: Platform | undefined,
  context: RetryContext,
): Promise<ResolvedImage> {
  const manifests: ManifestContent[] = []
  const blobs = new Map<string, Descriptor>()
  const visit = async (at: string, depth: number): Promise<void> => {
    if (manifests.some(({ digest }) => digest === at)) return
    if (depth > deepest) throw tooLarge(source.name)
    const manifest = await retried(context, () => source.manifest(at, context.signal))
    const parsed = parseManifest(manifest, source.name)
    if (parsed.kind === 'image') for (const blob of parsed.blobs) blobs.set(blob.digest, blob)
    else {
      if (platform !== undefined) return visit(choose(parsed.manifests, platform, source.name), depth + 1)
      if (manifests.length + parsed.manifests.length > mostManifests) throw tooLarge(source.name)
      for (const { digest } of parsed.manifests) await visit(digest, depth + 1)
    }
    manifests.push(manifest)
  }
  await visit(reference, 0)
  return {
    digest: manifests.at(-1)?.digest ?? '',
    manifests,
    blobs: [...blobs.values()],
    bytes:
      [...blobs.values()].reduce((sum, { size }) => sum + size, 0) +
      manifests.reduce((sum, { bytes }) => sum + bytes.length, 0),
  }
}

type Offered = Descriptor & { readonly platform?: Platform | null | undefined }

/** The manifest of a platform; where several variants fit, the first, as container runtimes take it. */
function choose(offered: readonly Offered[], wanted: Platform, from: string): string {
  const found = offered.find(
    ({ platform }) =>
      platform?.os === wanted.os &&
      platform.architecture === wanted.architecture &&
      (wanted.variant === undefined || platform.variant === wanted.variant),
  )
  if (found !== undefined) return found.digest
  const known = offered.flatMap(({ platform }) =>
    platform === undefined || platform === null || platform.os === 'unknown' ? [] : [said(platform)],
  )
  throw new UserError({
    what: `${from} has no image for ${said(wanted)}`,
    where: from,
    why: known.length === 0 ? 'Its index names no platform.' : `It has images for ${[...new Set(known)].join(', ')}.`,
    mend: 'Name another platform with --platform, or leave it out to copy all.',
  })
}

const printable = (text: string) => text.replaceAll(/[^\w.-]/g, '?')
const said = ({ os, architecture, variant }: Platform) =>
  [os, architecture, ...(variant === undefined ? [] : [variant])].map(printable).join('/')

const tooLarge = (from: string) =>
  new UserError({
    what: `${from} has an index that is too large`,
    where: from,
    why: `It names more than ${mostManifests} manifests, or indices within indices.`,
    mend: 'Take one platform of it with --platform.',
  })
