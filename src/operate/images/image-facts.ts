import type { Environment } from '../../files/index.ts'
import { readLogins, RegistryClient, RegistryRepository, resolveImage, type Platform } from '../../registries/index.ts'
import { placeOf } from './copy-wanted.ts'

/** What a registry tells of an image. */
export interface ImageFacts {
  /** Of what its name stands for now: an index, where it is for several platforms. */
  readonly digest: string
  /** What a machine of the platform downloads, compressed. */
  readonly bytes: number
}

/**
 * Asks registries for digests and sizes, with the logins of `docker login`.
 * @returns by image; an error in place of what could not be asked
 */
export async function askImageFacts(
  images: readonly string[],
  platform: Platform,
  { environment, signal }: { readonly environment: Environment; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, ImageFacts | Error>> {
  const client = new RegistryClient(environment, { logins: await readLogins(environment) })
  const ask = async (image: string): Promise<ImageFacts> => {
    const place = placeOf(image)
    const source = new RegistryRepository(client, place)
    const { digest } = await source.manifest(place.reference, signal)
    const { bytes } = await resolveImage(source, digest, platform, { signal })
    return { digest, bytes }
  }
  try {
    const asked = images.map(async (image) => {
      const facts = await ask(image).catch((error: unknown) => {
        signal.throwIfAborted()
        return error instanceof Error ? error : new Error(String(error))
      })
      return [image, facts] as const
    })
    return new Map(await Promise.all(asked))
  } finally {
    await client.close()
  }
}
