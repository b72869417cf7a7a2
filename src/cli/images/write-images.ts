import { parseDocument, stringify } from 'yaml'
import { loadFleet, requireFleet } from '../../fleet/index.ts'
import type { CopiedImage } from '../../operate/images/index.ts'

/** Where images are, and by which digests. */
export interface MirroredImages {
  readonly registry: string
  /** By the name that an image is published under. */
  readonly digests: Readonly<Record<string, string>>
}

/**
 * What a mirror says in a Fleet file; charts are no part of it.
 * @param fleetImages those that the Fleet runs; all when undefined
 */
export const mirroredImages = (
  registry: string,
  images: readonly CopiedImage[],
  fleetImages: ReadonlySet<string> | undefined,
): MirroredImages => ({
  registry: registry.replace(/\/+$/, ''),
  digests: Object.fromEntries(
    images.flatMap(({ image, kind, digest, state }) => {
      const isRun = kind === 'image' && (fleetImages?.has(image) ?? true)
      return !isRun || digest === null || state === 'failed' ? [] : [[image, digest]]
    }),
  ),
})

/** The same as a piece of a Fleet file. */
export const imagesText = (images: MirroredImages): string => stringify({ storage: { images } }, { lineWidth: 0 })

/**
 * A Fleet text with a mirror, comments and layout as they are. Digests of other images stay where the registry does.
 * @throws UserError for what then does not load
 */
export function withImages(text: string, file: string, { registry, digests }: MirroredImages): string {
  const document = parseDocument(text)
  // A Fleet as a custom resource has its fields below spec.
  const at = [...(document.has('spec') ? ['spec'] : []), 'storage', 'images']
  const isElsewhere = document.getIn([...at, 'registry']) !== registry
  if (isElsewhere && document.hasIn([...at, 'digests'])) document.deleteIn([...at, 'digests'])
  document.setIn([...at, 'registry'], registry)
  for (const [image, digest] of Object.entries(digests)) document.setIn([...at, 'digests', image], digest)
  const written = document.toString({ lineWidth: 0 })
  requireFleet(loadFleet(written, { file, purpose: 'plan' }))
  return written
}
