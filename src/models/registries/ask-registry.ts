import type { z } from 'zod'
import { UserError } from '../../errors/index.ts'
import {
  askPatiently,
  BodyTooLarge,
  dropBody,
  isPassing,
  lastCause,
  readSmallBody,
  type DownloadSettings,
  type HttpAnswer,
  type HttpClient,
} from '../download/index.ts'
import { secretHeadersOf, type RegistryPlace } from './registry-place.ts'

/** A registry that does not answer now: what it said before may serve instead. */
export class RegistryGone extends UserError {}

/** A registry while it is asked. */
export interface Registry {
  readonly place: RegistryPlace
  /** What people call it. */
  readonly title: string
  readonly client: HttpClient
  readonly settings: DownloadSettings
  readonly signal: AbortSignal
}

/** An answer to a question: what was asked for, or the registry’s own words of why not. */
export type RegistryAnswer<Value> =
  | { readonly value: Value }
  | { readonly refusal: { readonly status: number; readonly code: string; readonly message: string } }

/** Answers are a few kilobytes; a version may carry many tags. */
const answerLimitBytes = 1024 * 1024
/** Longest part of a registry’s own words that people are shown, in characters. */
const longestWords = 300

/**
 * Asks a registry one question and reads its answer as JSON.
 * @throws RegistryGone when it does not answer, UserError for answers that no registry gives and for 401 and 403
 */
export async function askRegistry<Value>(
  registry: Registry,
  path: string,
  query: Readonly<Record<string, string>>,
  schema: z.ZodType<Value>,
): Promise<RegistryAnswer<Value>> {
  const url = new URL(`${registry.place.address}${path}`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const { client, settings, signal, title, place } = registry
  const secretHeaders = secretHeadersOf(place.credentials)
  const { status, text } = await askPatiently({
    client,
    settings,
    signal,
    question: { method: 'GET', url, headers: { accept: 'application/json' }, secretHeaders, follow: 'same-origin' },
    read: (answer) => readAnswer(answer, registry),
    unreachable: (failure) => goneOr(failure, registry, url),
  })
  const body = parseJson(text)
  if (status === 200) {
    const parsed = schema.safeParse(body)
    if (parsed.success) return { value: parsed.data }
    throw notARegistry(
      registry,
      body === undefined ? 'its answer is no JSON' : 'its answer lacks what such answers have',
    )
  }
  const { host } = url
  if (status === 401 || status === 403) {
    const hasCredentials = 'authorization' in secretHeaders
    throw new UserError({
      what: `${title} at ${host} refuses access (${status})`,
      why: hasCredentials
        ? 'The credentials are wrong, or may not read this model.'
        : 'It was asked without credentials.',
      mend: 'Name a token, or a name and a password, that may read the model: see the fields of storage.models.',
    })
  }
  const said = words(body)
  if (said === undefined) throw notARegistry(registry, `it answered ${status} with no reason that a registry gives`)
  return { refusal: { status, ...said } }
}

async function readAnswer({ status, body }: HttpAnswer, registry: Registry): Promise<{ status: number; text: string }> {
  if (status >= 300 && status < 400) {
    await dropBody(body)
    throw notARegistry(registry, 'it sends to another host; name that one')
  }
  try {
    return { status, text: await readSmallBody(body, answerLimitBytes) }
  } catch (error) {
    throw error instanceof BodyTooLarge ? notARegistry(registry, error.message) : error
  }
}

function goneOr(failure: unknown, { title }: Registry, url: URL): unknown {
  if (!isPassing(failure)) return failure
  return new RegistryGone({
    what: `${title} at ${url.host} does not answer`,
    why: lastCause(failure),
    mend: 'Check the address, the network and HTTPS_PROXY, or name the files themselves, such as s3://bucket/path.',
    cause: failure,
  })
}

function notARegistry({ title, place }: Registry, why: string): UserError {
  return new UserError({
    what: `${new URL(place.address).host} does not answer as ${title} does`,
    why: `${why[0]?.toUpperCase() ?? ''}${why.slice(1)}.`,
    mend: 'Check the address, with its path where it has one.',
  })
}

/** `error_code` and `message` of MLflow’s refusals (3.17, `MlflowException.serialize_as_json`), `code` and `message` of Kubeflow’s. */
function words(body: unknown): { readonly code: string; readonly message: string } | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { error_code: ofMlflow, code = ofMlflow, message = '' } = body as Readonly<Record<string, unknown>>
  if (typeof code !== 'string' || typeof message !== 'string') return undefined
  return { code: printable(code), message: printable(message) }
}

/** Words of a registry as a terminal may show them. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, longestWords)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
