import { z } from 'zod'
import type { Environment } from '../../files/index.ts'
import { defaultDownloadSettings, dropBody, HttpClient, readSmallBody } from '../download/index.ts'
import { readHubEnvironment } from './hub-api.ts'

const listLimitBytes = 1024 * 1024
const answerWithinMs = 10_000
const found = z.array(z.object({ id: z.string().max(256) })).max(100)

/**
 * What the hub knows of model ids (`GET /api/models/<id>`, `?search=`; huggingface.co/docs/hub/api). A token of the
 * environment goes to the hub alone. Close it afterwards.
 */
export class HubCatalogue {
  readonly #hub: ReturnType<typeof readHubEnvironment>
  readonly #client: HttpClient

  /** @throws UserError for an HF_ENDPOINT or HF_TOKEN that is none */
  constructor(environment: Environment) {
    this.#hub = readHubEnvironment(environment)
    this.#client = new HttpClient(environment, defaultDownloadSettings)
  }

  /**
   * Whether there is such a model that the asker may see; the hub says 401 of what does not exist, too.
   * @throws Error for any other answer, and when there is none
   */
  async has(id: string, signal: AbortSignal): Promise<boolean> {
    const { status, body } = await this.#ask(`/api/models/${id}`, signal)
    await dropBody(body)
    if (status === 200) return true
    if (status === 401 || status === 404) return false
    throw new Error(`${this.#hub.endpoint} answered ${status}`)
  }

  /** Ids that the hub finds for a word, the most used first; none when it does not answer as a hub. */
  async search(word: string, signal: AbortSignal): Promise<string[]> {
    const { status, body } = await this.#ask(`/api/models?search=${encodeURIComponent(word)}&limit=20`, signal)
    if (status !== 200) {
      await dropBody(body)
      return []
    }
    const parsed = found.safeParse(JSON.parse(await readSmallBody(body, listLimitBytes)))
    return parsed.success ? parsed.data.map(({ id }) => id) : []
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  #ask(path: string, signal: AbortSignal) {
    return this.#client.ask({
      method: 'GET',
      url: new URL(`${this.#hub.endpoint}${path}`),
      secretHeaders: this.#hub.secretHeaders,
      follow: 'same-origin',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    })
  }
}
