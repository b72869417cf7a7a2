import { setTimeout as delay } from 'node:timers/promises'
import type { Pod, PodStatus } from '../../../../src/kubernetes/index.ts'
import type { ApiClient } from '../api-client.ts'

const retryAfterMs = 300

/** Writes a Pod's status one at a time, always the newest. */
export class StatusWriter {
  readonly #client: ApiClient
  /** Undefined when nothing may be written any more. */
  readonly #newest: () => { readonly pod: Pod; readonly status: PodStatus } | undefined
  #isWanted = false
  #writing: Promise<void> | undefined

  constructor(client: ApiClient, newest: () => { readonly pod: Pod; readonly status: PodStatus } | undefined) {
    this.#client = client
    this.#newest = newest
  }

  write(): void {
    this.#isWanted = true
    this.#writing ??= this.#writeAll()
  }

  /** Writes the last word; resolves when the API server has it, or the Pod is gone. */
  async finish(): Promise<void> {
    this.write()
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    // A status changes several times at once; one write tells all of it.
    await delay(20)
    while (this.#isWanted) {
      this.#isWanted = false
      const newest = this.#newest()
      if (newest === undefined) break
      const { metadata } = newest.pod
      const path = `/api/v1/namespaces/${metadata?.namespace}/pods/${metadata?.name}/status`
      const patch = { metadata: { uid: metadata?.uid }, status: newest.status }
      const { status } = await this.#client.merge(path, patch).catch(() => ({ status: 0 }))
      // 404 and 409: this Pod is gone, or another has its name.
      if (status === 0 || status >= 500) {
        this.#isWanted = true
        await delay(retryAfterMs)
      }
    }
    this.#writing = undefined
  }
}
