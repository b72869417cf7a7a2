import { createHash } from 'node:crypto'
import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import { defaultDownloadSettings, HttpClient, readSmallBytes } from '../../models/index.ts'
import { findChartFile, readChartIndex, type ChartIndex } from './chart-index.ts'

const answerWithinMs = 20_000
/** Indices of large repositories have some megabytes. */
const indexLimitBytes = 32 * 1024 * 1024
/** Charts have some hundred kilobytes; manifests with definitions some megabytes. */
const fileLimitBytes = 64 * 1024 * 1024
const fileWithinMs = 10 * 60_000

/** An index as it was answered, and the charts in it. */
interface ReadIndex {
  readonly text: string
  readonly charts: ChartIndex
}

/** Asks chart repositories for their index, each once, and fetches from them and from release pages. Close it afterwards. */
export class ChartRepositories {
  readonly #client: HttpClient
  readonly #indices = new Map<string, Promise<ReadIndex>>()

  constructor(environment: Environment) {
    this.#client = new HttpClient(environment, defaultDownloadSettings)
  }

  /** @throws Error when the repository does not answer with an index */
  async index(repository: string, signal: AbortSignal): Promise<ChartIndex> {
    return (await this.#read(repository, signal)).charts
  }

  /**
   * A version of a chart as a file, checked where the repository tells its digest.
   * @throws UserError where there is none, or another one than the index says
   */
  async chart(repository: string, chart: string, version: string, signal: AbortSignal): Promise<Buffer> {
    const { text } = await this.#read(repository, signal)
    const found = findChartFile(text, chart, version)
    const url = URL.parse(found?.url ?? '', `${repository.replace(/\/+$/, '')}/`)
    if (found === undefined || url === null) {
      throw new UserError({ what: `${repository} has no chart ${chart} ${version}`, where: repository })
    }
    const bytes = await this.file(url, signal)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (found.sha256 === undefined || found.sha256 === sha256) return bytes
    throw new UserError({
      what: `${url.href} is not the chart that ${repository} says`,
      where: repository,
      why: `It is sha256:${sha256} in place of sha256:${found.sha256}.`,
      mend: 'Do not use it: ask whoever publishes the chart.',
    })
  }

  /** A small file. @throws UserError where there is none */
  async file(url: URL, signal: AbortSignal): Promise<Buffer> {
    const { status, body } = await this.#client.ask({
      method: 'GET',
      url,
      signal: AbortSignal.any([signal, AbortSignal.timeout(fileWithinMs)]),
    })
    const bytes = await readSmallBytes(body, fileLimitBytes)
    if (status === 200) return bytes
    throw new UserError({ what: `${url.href} cannot be had`, where: url.host, why: `${url.host} answered ${status}.` })
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  #read(repository: string, signal: AbortSignal): Promise<ReadIndex> {
    const known = this.#indices.get(repository)
    if (known !== undefined) return known
    const asked = this.#ask(repository, signal)
    this.#indices.set(repository, asked)
    return asked
  }

  async #ask(repository: string, signal: AbortSignal): Promise<ReadIndex> {
    const { status, body } = await this.#client.ask({
      method: 'GET',
      url: new URL(`${repository.replace(/\/+$/, '')}/index.yaml`),
      follow: 'same-origin',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    })
    const text = (await readSmallBytes(body, indexLimitBytes)).toString('utf8')
    const charts = readChartIndex(text)
    if (status === 200 && charts.size > 0) return { text, charts }
    throw new Error(`${repository} answered ${status} without an index of charts`)
  }
}
