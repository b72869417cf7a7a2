import { z } from 'zod'
import type { Environment } from '../../files/index.ts'
import { defaultDownloadSettings, HttpClient, readSmallBody } from '../../models/index.ts'

/** Where an image is asked for. */
export interface ImagePlace {
  /** `https://registry-1.docker.io` */
  readonly registry: string
  /** `library/redis` */
  readonly repository: string
  /** A tag or a digest. */
  readonly reference: string
}

const answerWithinMs = 10_000
const answerLimitBytes = 1024 * 1024

/** What a registry is to answer with, so that it does not convert anything (OCI image-spec, Docker manifest v2). */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** The place of an image, by the rules of Docker's references (distribution/reference): no host is Docker Hub. */
export function imagePlace(image: string): ImagePlace | undefined {
  const [, name = '', tag, digest] = /^(.+?)(?::([\w][\w.-]{0,127}))?(?:@([a-z0-9]+:[0-9a-f]{32,}))?$/.exec(image) ?? []
  const [first = '', ...rest] = name.split('/')
  const hasHost = rest.length > 0 && (first === 'localhost' || /[.:]/.test(first))
  const path = hasHost ? rest.join('/') : name
  if (hasHost && !/^(?:[\w-]+\.)*[\w-]+(?::\d{1,5})?$/.test(first)) return undefined
  if (!/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/.test(path)) return undefined
  const host = !hasHost || first === 'docker.io' ? 'registry-1.docker.io' : first
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(host)
  const isOfficial = host === 'registry-1.docker.io' && !path.includes('/')
  return {
    registry: `${isLocal ? 'http' : 'https'}://${host}`,
    repository: isOfficial ? `library/${path}` : path,
    reference: digest ?? tag ?? 'latest',
  }
}

const token = z.object({ token: z.string().max(65_536).optional(), access_token: z.string().max(65_536).optional() })
const tagList = z.object({ tags: z.array(z.string().max(128)).nullish() })

/**
 * Asks registries by the OCI distribution protocol, as nobody in particular: what only some may see is not told apart from
 * what cannot be asked. Close it afterwards.
 */
export class ImageRegistries {
  readonly #client: HttpClient
  /** By repository. */
  readonly #tokens = new Map<string, string>()

  constructor(environment: Environment) {
    this.#client = new HttpClient(environment, defaultDownloadSettings)
  }

  /**
   * Whether the registry has the image.
   * @throws Error when it does not say: it asks for a login, answers with something else, or not at all
   */
  async has({ registry, repository, reference }: ImagePlace, signal: AbortSignal): Promise<boolean> {
    const { status } = await this.#ask('HEAD', registry, repository, `manifests/${reference}`, signal)
    if (status === 200) return true
    if (status === 404) return false
    throw new Error(`${registry} answered ${status}${status === 401 || status === 403 ? ' (it asks for a login)' : ''}`)
  }

  /**
   * Whether the registry has the repository, whatever its tags.
   * @throws Error when it does not say
   */
  async hasRepository({ registry, repository }: ImagePlace, signal: AbortSignal): Promise<boolean> {
    const { status } = await this.#ask('GET', registry, repository, 'tags/list?n=1', signal)
    if (status === 200) return true
    if (status === 404) return false
    throw new Error(`${registry} answered ${status}${status === 401 || status === 403 ? ' (it asks for a login)' : ''}`)
  }

  /** Tags of a repository; none where the registry does not list them. */
  async tags({ registry, repository }: ImagePlace, signal: AbortSignal): Promise<string[]> {
    const { status, text } = await this.#ask('GET', registry, repository, 'tags/list?n=1000', signal)
    const parsed = status === 200 ? tagList.safeParse(parseJson(text)) : undefined
    return parsed?.data?.tags ?? []
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  async #ask(method: 'GET' | 'HEAD', registry: string, repository: string, what: string, signal: AbortSignal) {
    const url = `${registry}/v2/${repository}/${what}`
    const key = `${registry}/${repository}`
    const first = await this.#request(method, url, this.#tokens.get(key), signal)
    const granted = first.status === 401 ? await this.#login(registry, repository, first.challenge, signal) : undefined
    if (granted === undefined) return first
    this.#tokens.set(key, granted)
    return this.#request(method, url, granted, signal)
  }

  /** A token for whoever asks, of the service that the registry names (distribution, token authentication). */
  async #login(
    registry: string,
    repository: string,
    challenge: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (!/^bearer /i.test(challenge)) return undefined
    const fields = new Map(
      Array.from(challenge.matchAll(/(\w+)="([^"]*)"/g), ([, name = '', text = '']) => [name, text]),
    )
    const realm = URL.parse(fields.get('realm') ?? '')
    // A registry that is asked in a secure way names no other service.
    if (realm === null || (realm.protocol !== 'https:' && !registry.startsWith('http:'))) return undefined
    realm.searchParams.set('service', fields.get('service') ?? '')
    realm.searchParams.set('scope', `repository:${repository}:pull`)
    const { status, text } = await this.#request('GET', realm.href, undefined, signal)
    const parsed = status === 200 ? token.safeParse(parseJson(text)) : undefined
    return parsed?.data?.token ?? parsed?.data?.access_token
  }

  async #request(method: 'GET' | 'HEAD', url: string, bearer: string | undefined, signal: AbortSignal) {
    const { status, header, body } = await this.#client.ask({
      method,
      url: new URL(url),
      follow: 'same-origin',
      headers: { accept: `${manifestTypes}, application/json` },
      ...(bearer === undefined ? {} : { secretHeaders: { authorization: `Bearer ${bearer}` } }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    })
    const text = await readSmallBody(body, answerLimitBytes)
    return { status, challenge: header('www-authenticate') ?? '', text }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
