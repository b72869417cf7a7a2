import { Readable } from 'node:stream'
import { z } from 'zod'
import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import {
  BodyTooLarge,
  defaultDownloadSettings,
  dropBody,
  HttpClient,
  parseRetryAfter,
  PassingFailure,
  passingStatuses,
  readSmallBody,
  readSmallBytes,
  redirectTarget,
  watchedBody,
  type DownloadSettings,
  type HttpAnswer,
} from '../../models/index.ts'
import type { Descriptor, ManifestContent } from '../contract.ts'
import type { ImagePlace } from '../image-place.ts'
import {
  digestForm,
  digestOfBytes,
  isManifestType,
  manifestLimitBytes,
  manifestTypes,
  mediaTypeOf,
} from '../manifest.ts'
import type { RegistryLogins } from './contract.ts'
import { noLogins } from './docker-credentials.ts'
import { logIn } from './login.ts'

/** A repository of a registry. */
export type RepositoryPlace = Omit<ImagePlace, 'reference'>

/** How a registry is asked. */
export interface RegistryClientOptions {
  /** Nobody’s when absent: what only some may see is then not told apart from what cannot be asked. */
  readonly logins?: RegistryLogins
  readonly settings?: DownloadSettings
}

type Actions = 'pull' | 'pull,push'

interface Question {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  readonly url: URL
  readonly actions: Actions
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | Readable
  readonly answerWithinMs?: number
}

/** Small answers come within this. */
const answerWithinMs = 60_000
/** A registry may move a large layer to its storage before it says that it has it. */
const storedWithinMs = 15 * 60_000
const tagListLimitBytes = 1024 * 1024
const errorLimitBytes = 64 * 1024

const tagList = z.object({ tags: z.array(z.string().max(128)).nullish() })
const refusal = z.object({ errors: z.array(z.object({ code: z.string().regex(/^[A-Z_]{1,40}$/) })).min(1) })

/**
 * Speaks the OCI Distribution protocol (distribution-spec 1.1) with registries. Credentials go to the registry that they are of
 * and to the token service that it names, and to nobody whom it redirects to. Close it afterwards.
 */
export class RegistryClient {
  readonly #client: HttpClient
  readonly #logins: RegistryLogins
  readonly #settings: DownloadSettings
  /** By repository and what is to be done there. */
  readonly #authorizations = new Map<string, string>()

  constructor(
    environment: Environment,
    { logins = noLogins, settings = defaultDownloadSettings }: RegistryClientOptions = {},
  ) {
    this.#client = new HttpClient(environment, settings)
    this.#logins = logins
    this.#settings = settings
  }

  /**
   * Whether the registry has the image.
   * @throws Error when it does not say: it asks for a login, answers with something else, or not at all
   */
  async has(place: ImagePlace, signal: AbortSignal): Promise<boolean> {
    return (await this.#head(place, `manifests/${place.reference}`, 'pull', signal)) !== undefined
  }

  /**
   * Whether the registry has the repository, whatever its tags.
   * @throws Error when it does not say
   */
  async hasRepository(place: RepositoryPlace, signal: AbortSignal): Promise<boolean> {
    const question = { method: 'GET', url: urlOf(place, 'tags/list?n=1'), actions: 'pull' } as const
    const answer = await soon(place, signal, (within) => this.#ask(place, question, within))
    if (answer.status === 404) return false
    if (answer.status !== 200) throw await refusedBy(place, answer, this.#logins)
    await dropBody(answer.body)
    return true
  }

  /** Tags of a repository; none where the registry does not list them. */
  async tags(place: RepositoryPlace, signal: AbortSignal): Promise<string[]> {
    const url = urlOf(place, 'tags/list?n=1000')
    const { status, text } = await soon(place, signal, async (within) => {
      const answer = await this.#ask(place, { method: 'GET', url, actions: 'pull' }, within)
      return { status: answer.status, text: await readSmallBody(answer.body, tagListLimitBytes) }
    })
    return (status === 200 ? tagList.safeParse(parseJson(text)).data?.tags : undefined) ?? []
  }

  /** Digest of what a tag or digest names, as the registry tells it; undefined where there is none. */
  async digestOf(place: ImagePlace, signal: AbortSignal): Promise<string | undefined> {
    const answer = await this.#head(place, `manifests/${place.reference}`, 'pull', signal)
    const digest = answer?.header('docker-content-digest')
    return digest !== undefined && digestForm.test(digest) ? digest : undefined
  }

  /**
   * A manifest, whose digest is computed here.
   * @throws UserError where there is none, it is too large, or not what its digest says
   */
  async manifest(place: ImagePlace, signal: AbortSignal): Promise<ManifestContent> {
    const url = urlOf(place, `manifests/${place.reference}`)
    const { answer, bytes } = await soon(place, signal, async (within) => {
      const asked = await this.#ask(place, { method: 'GET', url, actions: 'pull' }, within)
      if (asked.status !== 200) throw await refusedBy(place, asked, this.#logins)
      return { answer: asked, bytes: await readSmallBytes(asked.body, manifestLimitBytes) }
    })
    const digest = digestOfBytes(bytes)
    const wanted = digestForm.test(place.reference) ? place.reference : answer.header('docker-content-digest')
    if (wanted !== undefined && wanted !== digest)
      throw wrongContent(place, `manifest ${place.reference}`, wanted, digest)
    const [mediaType = ''] = (answer.header('content-type') ?? '').split(';', 1)
    const said = mediaType.trim()
    return { mediaType: isManifestType(said) ? said : mediaTypeOf(bytes), digest, bytes }
  }

  /** A blob’s bytes, as they come and unchecked. */
  async *blob(place: RepositoryPlace, { digest }: Descriptor, signal: AbortSignal): AsyncGenerator<Buffer> {
    const answer = await this.#ask(
      place,
      { method: 'GET', url: urlOf(place, `blobs/${digest}`), actions: 'pull' },
      signal,
    )
    if (answer.status !== 200) throw await refusedBy(place, answer, this.#logins)
    yield* watchedBody(answer, this.#settings)
  }

  async hasBlob(place: RepositoryPlace, { digest }: Descriptor, signal: AbortSignal): Promise<boolean> {
    return (await this.#head(place, `blobs/${digest}`, 'pull,push', signal)) !== undefined
  }

  /** Stores a blob in one request (distribution-spec, POST then PUT). @throws what `bytes` throws, and UserError for a refusal */
  async putBlob(
    place: RepositoryPlace,
    { digest, size }: Descriptor,
    bytes: AsyncIterable<Buffer>,
    signal: AbortSignal,
  ): Promise<void> {
    const begin = {
      method: 'POST',
      url: urlOf(place, 'blobs/uploads/'),
      actions: 'pull,push',
      body: Buffer.alloc(0),
    } as const
    const begun = await this.#ask(place, begin, signal)
    const location = begun.header('location')
    if (begun.status !== 202 || location === undefined) throw await refusedBy(place, begun, this.#logins)
    await dropBody(begun.body)
    const url = redirectTarget(begin.url, location)
    url.search = `${url.search === '' ? '?' : `${url.search}&`}digest=${encodeURIComponent(digest)}`
    // undici tells a failing body as a broken socket; what it says itself is why.
    const failures: unknown[] = []
    const body = Readable.from(rememberFailure(bytes, failures), { objectMode: false })
    const stored = await this.#ask(
      place,
      {
        method: 'PUT',
        url,
        actions: 'pull,push',
        body,
        answerWithinMs: storedWithinMs,
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
      },
      signal,
    ).catch((error: unknown) => {
      throw failures[0] ?? error
    })
    if (stored.status !== 201) throw await refusedBy(place, stored, this.#logins)
    await dropBody(stored.body)
  }

  /** Stores a manifest under a tag or its digest. */
  async putManifest(place: ImagePlace, { mediaType, bytes }: ManifestContent, signal: AbortSignal): Promise<void> {
    const stored = await this.#ask(
      place,
      {
        method: 'PUT',
        url: urlOf(place, `manifests/${place.reference}`),
        actions: 'pull,push',
        body: bytes,
        headers: { 'content-type': mediaType },
        answerWithinMs,
      },
      signal,
    )
    if (stored.status !== 201) throw await refusedBy(place, stored, this.#logins)
    await dropBody(stored.body)
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  async #head(
    place: RepositoryPlace,
    what: string,
    actions: Actions,
    signal: AbortSignal,
  ): Promise<HttpAnswer | undefined> {
    const answer = await soon(place, signal, (within) =>
      this.#ask(place, { method: 'HEAD', url: urlOf(place, what), actions }, within),
    )
    await dropBody(answer.body)
    if (answer.status === 200) return answer
    if (answer.status === 404) return undefined
    throw await refusedBy(place, answer, this.#logins)
  }

  /** Asks, and once more with a login where the registry wants one. */
  async #ask(place: RepositoryPlace, question: Question, signal: AbortSignal): Promise<HttpAnswer> {
    const key = `${place.registry}/${place.repository}:${question.actions}`
    const first = await this.#send(place, question, this.#authorizations.get(key), signal)
    if (first.status !== 401) return first
    this.#authorizations.delete(key)
    const granted = await logIn(this.#client, {
      registry: place.registry,
      challenge: first.header('www-authenticate') ?? '',
      scope: `repository:${place.repository}:${question.actions}`,
      credentials: await this.#logins.credentialsFor(new URL(place.registry).host),
      signal,
    })
    if (granted === undefined) return first
    await dropBody(first.body)
    this.#authorizations.set(key, granted)
    // A stream is sent once: whoever sends it does so again, with the new login.
    if (question.body instanceof Readable) throw new PassingFailure(`${place.registry} asks for another login`)
    return this.#send(place, question, granted, signal)
  }

  #send(
    { registry }: RepositoryPlace,
    { method, url, headers, body, answerWithinMs: within }: Question,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const isRegistry = url.origin === registry
    return this.#client.ask({
      method,
      url,
      headers: { accept: `${manifestTypes.join(', ')}, application/json, */*`, ...headers },
      ...(authorization === undefined || !isRegistry ? {} : { secretHeaders: { authorization } }),
      ...(body === undefined ? {} : { body }),
      ...(within === undefined ? {} : { answerWithinMs: within }),
      signal,
    })
  }
}

const urlOf = ({ registry, repository }: RepositoryPlace, what: string) =>
  new URL(`${registry}/v2/${repository}/${what}`)

/** Work that ends soon or is given up. */
async function soon<Result>(
  { registry }: RepositoryPlace,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = AbortSignal.timeout(answerWithinMs)
  try {
    return await work(AbortSignal.any([signal, late]))
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof BodyTooLarge) throw tooLarge(registry, error)
    throw late.aborted ? new PassingFailure(`${registry} did not answer within ${answerWithinMs / 1000} s`) : error
  }
}

async function* rememberFailure(bytes: AsyncIterable<Buffer>, failures: unknown[]): AsyncGenerator<Buffer> {
  try {
    yield* bytes
  } catch (error) {
    failures.push(error)
    throw error
  }
}

const tooLarge = (registry: string, cause: BodyTooLarge) =>
  new UserError({
    what: `${new URL(registry).host} gives an answer that is too large to be a manifest or a list`,
    where: registry,
    why: `${cause.message}.`,
    mend: 'See whether the address is a registry’s.',
    cause,
  })

const wrongContent = ({ registry }: RepositoryPlace, what: string, wanted: string, got: string) =>
  new UserError({
    what: `${new URL(registry).host} has a ${what} that is not what its digest says`,
    where: registry,
    why: `It is ${got} in place of ${wanted}.`,
    mend: 'Do not use it: ask whoever runs the registry, or take the image from where it is published.',
  })

/** An answer that is no success, as an error that says what to do; one that may pass is a `PassingFailure`. */
async function refusedBy(place: RepositoryPlace, answer: HttpAnswer, logins: RegistryLogins): Promise<Error> {
  const { status, body, header, url } = answer
  const { host } = new URL(place.registry)
  const text = await readSmallBody(body, errorLimitBytes).catch(() => '')
  const code = refusal.safeParse(parseJson(text)).data?.errors[0]?.code
  const said = `${url.host} answered ${status}${code === undefined ? '' : ` (${code})`}`
  if (passingStatuses.has(status)) return new PassingFailure(said, parseRetryAfter(header('retry-after'), Date.now()))
  if (status === 401 || status === 403) {
    const helper = logins.helperFor(host)
    return new UserError({
      what: `${host} does not let us at ${place.repository}: it asks for a login`,
      where: `${host}/${place.repository}`,
      why: helper === undefined ? `${said}.` : `${said}. ${helper}, which keeps logins, was asked.`,
      mend: 'Log in, and see that the login may read the source and write the destination.',
      command: `docker login ${host}`,
    })
  }
  if (status === 404) {
    return new UserError({
      what: `${host} has nothing such in ${place.repository}`,
      where: `${host}/${place.repository}`,
      why: `${said} for ${url.pathname}.`,
      mend: 'Check name and tag, and whether it must be seen with a login.',
    })
  }
  return new UserError({
    what: `${host} did not do what was asked for ${place.repository}`,
    where: host,
    why: `${said}.`,
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
