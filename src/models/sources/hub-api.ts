import { z } from 'zod'
import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import {
  askPatiently,
  dropBody,
  readSmallBody,
  type DownloadSettings,
  type HttpAnswer,
  type HttpClient,
} from '../download/index.ts'
import { hubRefusal, hubUnreachable } from './hub-errors.ts'
import { describeModelSource, type HubSource } from './model-source.ts'

/** The hub, or a mirror of it, and who asks. */
export interface Hub {
  /** Without a slash at its end. */
  readonly endpoint: string
  readonly secretHeaders: Readonly<Record<string, string>>
  readonly client: HttpClient
  readonly settings: DownloadSettings
  readonly signal: AbortSignal
}

/** What the hub says about a file before it is downloaded. */
export interface HubFile {
  readonly bytes: number | undefined
  /** Of files in large file storage, which models are. */
  readonly checksum: string | undefined
  /** The hub's name for this version of the file. */
  readonly etag: string | undefined
  readonly commit: string | undefined
}

/** The list of a repository may be long; more than this is no list of a model's files. */
const listLimitBytes = 16 * 1024 * 1024
/** Questions before a download fail sooner than the download: without a network, the person should hear at once. */
const questionAttempts = 3

/** Reads `HF_ENDPOINT` and `HF_TOKEN` (huggingface_hub, environment variables). */
export function readHubEnvironment(environment: Environment): Pick<Hub, 'endpoint' | 'secretHeaders'> {
  const endpoint = (environment['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/+$/, '')
  const url = URL.parse(endpoint)
  if (
    url === null ||
    (url.protocol !== 'https:' && url.protocol !== 'http:') ||
    url.username !== '' ||
    url.search !== ''
  ) {
    throw new UserError({
      what: 'HF_ENDPOINT is not the address of a hub',
      where: 'environment variable HF_ENDPOINT',
      mend: 'Set it to an address such as https://huggingface.co, without credentials, or unset it.',
    })
  }
  const token = environment['HF_TOKEN']?.trim()
  if (token === undefined || token === '') return { endpoint, secretHeaders: {} }
  if (!/^[\u0021-\u007e]{1,4096}$/.test(token)) {
    throw new UserError({
      what: 'HF_TOKEN is not a token',
      where: 'environment variable HF_TOKEN',
      why: 'It has spaces or characters that no token has.',
      mend: 'Copy it again from https://huggingface.co/settings/tokens.',
    })
  }
  return { endpoint, secretHeaders: { authorization: `Bearer ${token}` } }
}

/** The address of a file: `/<repository>/resolve/<revision>/<file>`. */
export function resolveUrl(endpoint: string, repository: string, revision: string, file: string): URL {
  const path = file.split('/').map(encodeURIComponent).join('/')
  return new URL(`${endpoint}/${repository}/resolve/${encodeURIComponent(revision)}/${path}`)
}

async function askHub<T>(
  hub: Hub,
  source: HubSource,
  question: { method: 'GET' | 'HEAD'; url: URL; follow?: 'all' },
  read: (answer: HttpAnswer) => Promise<T>,
): Promise<T> {
  return askPatiently({
    client: hub.client,
    settings: { ...hub.settings, attempts: Math.min(hub.settings.attempts, questionAttempts) },
    signal: hub.signal,
    question: { follow: 'same-origin', ...question, secretHeaders: hub.secretHeaders },
    read: async (answer) => {
      if (answer.status < 400) return read(answer)
      await dropBody(answer.body)
      throw hubRefusal(answer, source, 'authorization' in hub.secretHeaders)
    },
    unreachable: (failure) => hubUnreachable(question.url, describeModelSource(source), failure),
  })
}

/** Asks for a file's length, checksum and commit. */
export async function askForFile(hub: Hub, source: HubSource, url: URL): Promise<HubFile> {
  return askHub(hub, source, { method: 'HEAD', url }, async (answer) => {
    await dropBody(answer.body)
    // The hub speaks of the linked file, large file storage of itself: only the hub's own headers count.
    const etag = (answer.header('x-linked-etag') ?? answer.header('etag'))?.replace(/^W\//, '').replaceAll('"', '')
    const isRedirect = answer.status >= 300
    const length = answer.header('x-linked-size') ?? (isRedirect ? undefined : answer.header('content-length'))
    return {
      bytes: length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined,
      checksum: etag !== undefined && /^[0-9a-f]{64}$/.test(etag) ? `sha256:${etag}` : undefined,
      etag,
      commit: answer.header('x-repo-commit'),
    }
  })
}

/** Reads a small file whole, such as a configuration; its address may lead to the content network. */
export async function readSmallFile(hub: Hub, source: HubSource, url: URL, limitBytes: number): Promise<string> {
  return askHub(hub, source, { method: 'GET', url, follow: 'all' }, (answer) => readSmallBody(answer.body, limitBytes))
}

const repositorySchema = z.object({
  sha: z.string().nullish(),
  siblings: z.array(z.object({ rfilename: z.string() })).nullish(),
})

/** Lists a repository's files: `/api/models/<repository>/revision/<revision>`. */
export async function listRepository(
  hub: Hub,
  source: HubSource,
  revision: string,
): Promise<{ readonly commit: string | undefined; readonly files: readonly string[] }> {
  const url = new URL(`${hub.endpoint}/api/models/${source.repository}/revision/${encodeURIComponent(revision)}`)
  return askHub(hub, source, { method: 'GET', url }, async (answer) => {
    const text = await readSmallBody(answer.body, listLimitBytes)
    const parsed = repositorySchema.safeParse(parseJson(text))
    if (!parsed.success || answer.status !== 200) {
      throw new UserError({
        what: `${url.host} did not answer as a hub does`,
        where: url.host,
        why: 'It was asked for the list of files of the repository.',
        mend: 'Check HF_ENDPOINT, or name the file in the source.',
      })
    }
    return { commit: parsed.data.sha ?? undefined, files: (parsed.data.siblings ?? []).map((one) => one.rfilename) }
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
