import type { Pod } from '../../../../src/kubernetes/index.ts'
import type { ApiClient } from '../api-client.ts'

/** Writes events of Pods; the same one again counts up, as with a kubelet. */
export class EventRecorder {
  readonly #client: ApiClient
  readonly #node: string
  readonly #written = new Map<string, { readonly path: string; count: number }>()
  /** One after the other, so that a count finds its event. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(client: ApiClient, node: string) {
    this.#client = client
    this.#node = node
  }

  note({ metadata }: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
    const write = async () => {
      const key = `${metadata?.uid} ${reason} ${message}`
      const known = this.#written.get(key)
      if (known !== undefined) {
        known.count += 1
        await this.#client.merge(known.path, { count: known.count, lastTimestamp: now })
        return
      }
      const path = `/api/v1/namespaces/${metadata?.namespace}/events`
      const name = `${metadata?.name}.${process.hrtime.bigint().toString(16)}`
      this.#written.set(key, { path: `${path}/${name}`, count: 1 })
      const { namespace, uid } = metadata ?? {}
      const source = { component: 'kubelet', host: this.#node }
      await this.#client.post(path, {
        metadata: { name, namespace },
        involvedObject: { apiVersion: 'v1', kind: 'Pod', name: metadata?.name, namespace, uid },
        type,
        reason,
        message,
        source,
        count: 1,
        firstTimestamp: now,
        lastTimestamp: now,
        reportingComponent: 'kubelet',
        reportingInstance: this.#node,
      })
    }
    // A namespace that ends takes no events.
    this.#queue = this.#queue.then(write).catch(() => {})
  }
}
