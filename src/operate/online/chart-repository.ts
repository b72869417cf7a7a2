import type { Environment } from '../../files/index.ts'
import { defaultDownloadSettings, HttpClient, readSmallBody } from '../../models/index.ts'

const answerWithinMs = 20_000
/** Indices of large repositories have some megabytes. */
const indexLimitBytes = 32 * 1024 * 1024

/** Versions of each chart of a repository. */
type ChartIndex = ReadonlyMap<string, readonly string[]>

/**
 * Charts and versions of an index.yaml, read by its indentation as Helm writes it.
 * Source: helm.sh, the chart repository guide: `entries`, a list of versions for each chart.
 */
function readChartIndex(text: string): ChartIndex {
  const charts = new Map<string, string[]>()
  let versions: string[] | undefined
  let isEntries = false
  for (const line of text.split('\n')) {
    if (/^\S/.test(line)) isEntries = line.startsWith('entries:')
    if (!isEntries) continue
    const [, chart] = /^ {2}["']?([\w.-]+)["']?:\s*$/.exec(line) ?? []
    if (chart !== undefined) {
      versions = []
      charts.set(chart, versions)
    }
    const [, version] = /^ {2}(?:- | {2})version: ["']?([^"'\s]+)/.exec(line) ?? []
    if (version !== undefined) versions?.push(version)
  }
  return charts
}

/** Asks chart repositories for their index, each once. Close it afterwards. */
export class ChartRepositories {
  readonly #client: HttpClient
  readonly #indices = new Map<string, Promise<ChartIndex>>()

  constructor(environment: Environment) {
    this.#client = new HttpClient(environment, defaultDownloadSettings)
  }

  /** @throws Error when the repository does not answer with an index */
  index(repository: string, signal: AbortSignal): Promise<ChartIndex> {
    const known = this.#indices.get(repository)
    if (known !== undefined) return known
    const asked = this.#ask(repository, signal)
    this.#indices.set(repository, asked)
    return asked
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  async #ask(repository: string, signal: AbortSignal): Promise<ChartIndex> {
    const { status, body } = await this.#client.ask({
      method: 'GET',
      url: new URL(`${repository.replace(/\/+$/, '')}/index.yaml`),
      follow: 'same-origin',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    })
    const text = await readSmallBody(body, indexLimitBytes)
    const index = status === 200 ? readChartIndex(text) : new Map<string, string[]>()
    if (index.size === 0) throw new Error(`${repository} answered ${status} without an index of charts`)
    return index
  }
}
