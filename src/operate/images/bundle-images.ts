import { ImageLayout, readLogins, RegistryClient, RegistryRepository } from '../../registries/index.ts'
import { copyWanted, placeOf, type CopiedImage } from './copy-wanted.ts'
import type { MirrorContext } from './mirror-images.ts'

/** Copies images into an OCI image layout on disk, each under its whole name. What is there already is not fetched again. */
export async function bundleImages(
  images: readonly string[],
  folder: string,
  context: MirrorContext,
): Promise<CopiedImage[]> {
  const { environment } = context
  const client = new RegistryClient(environment, { logins: await readLogins(environment) })
  try {
    const layout = await ImageLayout.create(folder)
    const routeOf = (image: string) => {
      const place = placeOf(image)
      const source = new RegistryRepository(client, place)
      return { source, reference: place.reference, destination: layout.destination(), called: image }
    }
    return await copyWanted(images, routeOf, context)
  } finally {
    await client.close()
  }
}
