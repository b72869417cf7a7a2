import { adapterOf, engines } from '../../../engines/index.ts'
import type { Logger } from '../../../observe/index.ts'
import type { ModelCatalogue } from '../../data-plane/model-catalogue.ts'
import type { ReplicaHandle } from '../../data-plane/replica-handle.ts'
import { ReplicaAdapters } from './replica-adapters.ts'

/** What adapters are kept with. */
export interface AdaptersOptions {
  readonly catalogue: ModelCatalogue
  readonly logger: Logger
  /** Told when a replica has others than before. */
  readonly onChange: (handle: ReplicaHandle) => void
}

/**
 * Has each replica hold the adapters of its model, and get requests for an adapter only while it holds it. Engines that cannot
 * be told at run time, and those of somebody else, are taken to have what the Fleet names.
 */
export class Adapters {
  readonly #options: AdaptersOptions
  readonly #kept = new Map<ReplicaHandle, ReplicaAdapters>()

  constructor(options: AdaptersOptions) {
    this.#options = options
  }

  /** A replica answers. */
  begin(handle: ReplicaHandle): void {
    const known = this.#kept.get(handle)
    if (known !== undefined) return known.look()
    const paths = engines.find(({ name }) => name === handle.replica.engine)?.runtimeAdapters
    if (paths === undefined) {
      handle.adapters = new Set(this.#declaredFor(handle).map(({ name }) => name))
      return this.#options.onChange(handle)
    }
    if (this.#declaredFor(handle).length === 0) return
    const { logger, onChange } = this.#options
    const declared = () => this.#declaredFor(handle)
    const onOne = () => onChange(handle)
    this.#kept.set(handle, new ReplicaAdapters({ handle, paths, declared, logger, onChange: onOne }))
  }

  /** The Fleet may say otherwise than before of the adapters of these. */
  review(handles: readonly ReplicaHandle[]): void {
    for (const handle of handles) if (handle.isReady) this.begin(handle)
  }

  /** It answers no more: what answers next in its place may be a process that has none. */
  forget(handle: ReplicaHandle): void {
    const known = this.#kept.get(handle)
    if (known === undefined) return
    known.close()
    this.#kept.delete(handle)
    this.#options.onChange(handle)
  }

  /** Settles once it is known which adapters these have that are kept now. */
  async looked(): Promise<void> {
    await Promise.all([...this.#kept.values()].map(({ looked }) => looked))
  }

  close(): void {
    for (const known of this.#kept.values()) known.close()
    this.#kept.clear()
  }

  #declaredFor({ replica }: ReplicaHandle) {
    return (this.#options.catalogue.find(replica.model)?.model.adapters ?? []).map(adapterOf)
  }
}
