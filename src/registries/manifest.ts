import { createHash } from 'node:crypto'
import { z } from 'zod'
import { UserError } from '../errors/index.ts'
import type { Descriptor, ManifestContent, Platform } from './contract.ts'

/** Kinds of manifests that are understood, so that no registry converts anything (OCI image-spec 1.1, Docker manifest v2). */
export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const

/** Whether it is the name of one of them. */
export const isManifestType = (text: string): boolean => (manifestTypes as readonly string[]).includes(text)

const indexTypes: ReadonlySet<string> = new Set([manifestTypes[0], manifestTypes[2]])

/** Largest manifest; the size that registries have to take (OCI distribution-spec 1.1, pushing manifests). */
export const manifestLimitBytes = 4 * 1024 * 1024
/** Largest layer that is copied: four times the largest whole engine image that is known. */
const blobLimitBytes = 128 * 1024 ** 3
/** Most layers of an image, and most images of an index; builders stop at 127 layers, and indices have a dozen platforms. */
const mostDescriptors = 1_000

/** A digest in the form that is verified here. */
export const digestForm = /^sha256:[0-9a-f]{64}$/

/** The digest of bytes. */
export const digestOfBytes = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** A descriptor as manifests and indices have it; further fields are left out. */
export const descriptor = z.object({
  mediaType: z.string().max(255),
  digest: z.string().regex(digestForm),
  size: z.int().min(0).max(blobLimitBytes),
})
const platform = z.object({
  os: z.string().max(64),
  architecture: z.string().max(64),
  variant: z.string().max(64).optional(),
})
const document = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().max(255).optional(),
  manifests: z
    .array(descriptor.extend({ platform: platform.nullish().catch(undefined) }))
    .max(mostDescriptors)
    .optional(),
  config: descriptor.optional(),
  layers: z.array(descriptor).max(mostDescriptors).optional(),
})

/** A manifest taken apart: an index names manifests, an image names blobs. */
export type ParsedManifest =
  | {
      readonly kind: 'index'
      readonly manifests: readonly (Descriptor & { readonly platform?: Platform | null | undefined })[]
    }
  | { readonly kind: 'image'; readonly blobs: readonly Descriptor[] }

/** Layers that only their publisher may hand out (image-spec, non-distributable layers): no registry has them. */
const isElsewhere = ({ mediaType }: Descriptor) => /nondistributable|\.foreign\./.test(mediaType)

/**
 * Takes a manifest apart.
 * @param from who gave it, for the error
 * @throws UserError for what is neither an image nor an index of images, or too large
 */
export function parseManifest({ bytes, mediaType }: ManifestContent, from: string): ParsedManifest {
  const refuse = (why: string) =>
    new UserError({ what: `${from} answered with a manifest that cannot be copied`, where: from, why })
  const parsed = document.safeParse(parseJson(bytes))
  if (!parsed.success) throw refuse(`It is no image manifest of schema 2: ${parsed.error.issues[0]?.message ?? ''}.`)
  const { manifests, config, layers } = parsed.data
  if (parsed.data.mediaType !== undefined && parsed.data.mediaType !== mediaType)
    throw refuse('It says another kind of itself than the registry says of it.')
  if (indexTypes.has(mediaType)) return { kind: 'index', manifests: manifests ?? [] }
  if (config === undefined) throw refuse('It names no configuration.')
  const blobs = [config, ...(layers ?? [])].filter((each) => !isElsewhere(each))
  return { kind: 'image', blobs: [...new Map(blobs.map((each) => [each.digest, each])).values()] }
}

/** What bytes say that they are, where whoever gave them does not say. */
export function mediaTypeOf(bytes: Buffer): string {
  const parsed = document.safeParse(parseJson(bytes))
  return parsed.data?.mediaType ?? (parsed.data?.manifests === undefined ? manifestTypes[1] : manifestTypes[0])
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
