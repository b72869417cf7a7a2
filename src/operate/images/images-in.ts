import type { Artifact } from '../../targets/index.ts'

/** One place of what is rendered that names an image. */
export interface ImageUse {
  /** As it is written there. */
  readonly image: string
  /** `Deployment/lab-llama`; the file for targets without objects. */
  readonly in: string
  /** Container, service or volume. */
  readonly by: string
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Every image that artifacts name, in their order: of containers and services, wherever a kind has them, of image volumes
 * (core/v1 ImageVolumeSource), and `oci://` sources of platforms that pull them. Pure.
 */
export function imagesIn(artifacts: readonly Artifact[]): ImageUse[] {
  return artifacts.flatMap((artifact) => {
    if (artifact.kind === 'object') {
      const { kind, metadata } = artifact.object
      return [...usesIn(artifact.object, '', `${kind}/${metadata.name ?? ''}`)]
    }
    const isProject = artifact.kind === 'document' && isFields(artifact.value) && isFields(artifact.value['services'])
    return isProject ? [...usesIn(artifact.value, '', artifact.path)] : []
  })
}

function* usesIn(value: unknown, key: string, place: string): Iterable<ImageUse> {
  if (typeof value === 'string') {
    if (value.startsWith('oci://')) yield { image: value.slice('oci://'.length), in: place, by: key }
  } else if (Array.isArray(value)) {
    for (const item of value) yield* usesIn(item, key, place)
  } else if (isFields(value)) {
    const { image, name } = value
    const named = isFields(image) ? image['reference'] : image
    if (typeof named === 'string') yield { image: named, in: place, by: typeof name === 'string' ? name : key }
    for (const [field, inner] of Object.entries(value)) yield* usesIn(inner, field, place)
  }
}
