import { exitCodes, UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import { ImageLayout, readLogins, RegistryClient, RegistryRepository } from '../../registries/index.ts'
import { underRegistry } from '../../targets/index.ts'
import { copyWanted, placeOf, type CopiedImage, type CopyContext, type CopyRoute } from './copy-wanted.ts'
import type { FleetImages } from './fleet-images.ts'

/** What is copied to whom. */
export interface MirrorRequest {
  /** Images as they are published; all of the bundle when undefined. */
  readonly images: readonly string[] | undefined
  /** Folder of a bundle that they are taken from; registries when undefined. */
  readonly from: string | undefined
  /** `registry.example.org/mirror` */
  readonly to: string
  /** Whether that registry is asked over http. */
  readonly isPlainHttp: boolean
}

/** What copying needs of its caller. */
export interface MirrorContext extends CopyContext {
  readonly environment: Environment
}

/** What is copied of a Fleet, as it is published: programs, and with `charts` those charts that are in registries. No weights. */
export const wantedImages = ({ images, supplies }: FleetImages, { charts }: { readonly charts: boolean }): string[] => [
  ...new Set([
    ...images.filter(({ weightsOf }) => weightsOf === null).map(({ upstream }) => upstream),
    // Tags have `_` for the `+` of versions (helm.sh, use OCI-based registries).
    ...supplies.flatMap(({ kind, from, version }) =>
      charts && kind === 'chart' && from.startsWith('oci://')
        ? [`${from.slice('oci://'.length)}:${version.replaceAll('+', '_')}`]
        : [],
    ),
  ]),
]

/**
 * Copies images to a registry, from where they are published or from a bundle, with the logins of `docker login`.
 * @throws UserError for a destination that is no registry; what fails of a single image is told with it
 */
export async function mirrorImages(request: MirrorRequest, context: MirrorContext): Promise<CopiedImage[]> {
  const { from, to, isPlainHttp } = request
  checkDestination(to)
  const { environment } = context
  const layout = from === undefined ? undefined : await ImageLayout.open(from)
  const client = new RegistryClient(environment, { logins: await readLogins(environment) })
  const routeOf = (image: string): CopyRoute => {
    const place = placeOf(image)
    const at = underRegistry(image.split('@')[0] ?? image, to)
    const { registry, repository } = placeOf(at)
    const where = { registry: isPlainHttp ? registry.replace(/^https:/, 'http:') : registry, repository }
    return {
      source: layout ?? new RegistryRepository(client, place),
      reference: layout === undefined ? place.reference : image,
      destination: new RegistryRepository(client, where),
      called: place.tag ?? (image.includes('@') ? undefined : place.reference),
      at,
    }
  }
  try {
    return await copyWanted(request.images ?? layout?.names() ?? [], routeOf, context)
  } finally {
    await client.close()
  }
}

/** Without a host it would be Docker Hub, where repositories have two parts and a mirror's have more. */
function checkDestination(to: string): void {
  const [host = ''] = to.split('/')
  const hasHost = host === 'localhost' || /[.:]/.test(host)
  if (hasHost && /^[^/]+(?:\/[^/]+)*\/?$/.test(to) && !to.includes('@')) {
    placeOf(underRegistry('name', to))
    return
  }
  throw new UserError({
    what: `${JSON.stringify(to)} is no registry with a prefix`,
    why: 'It begins with the host of the registry, without https://.',
    mend: 'Write it as registry.example.org/mirror or localhost:5000/mirror.',
    exitCode: exitCodes.usage,
  })
}
