import type { EngineName } from '../../../fleet/index.ts'
import type { Logger, Metrics } from '../../../observe/index.ts'
import type { ModelCatalogue } from '../../data-plane/model-catalogue.ts'
import type { ReplicaHandle } from '../../data-plane/replica-handle.ts'
import { warmUpQuestions } from './warm-up-questions.ts'
import { WarmUp, type WarmUpEnd } from './warm-up.ts'

/** What warm-ups work with. */
export interface WarmUpOptions {
  readonly catalogue: ModelCatalogue
  readonly metrics: Metrics
  readonly logger: Logger
  /** Every replica that is known now. */
  readonly handles: () => readonly ReplicaHandle[]
  /** Whether the first requests of this engine take longer than others. */
  readonly isSlowAtFirst: (engine: EngineName) => boolean
  /** Told when a replica may have its traffic. */
  readonly onOver: (handle: ReplicaHandle) => void
}

/**
 * Has replicas answer something small before they get traffic, as long as others serve their model: whoever is asked to wait
 * for it would have waited as long for the first answer. A warm-up takes no place of a request in flight and is counted apart;
 * whatever goes wrong with it, the replica gets its traffic, and is judged by that.
 */
export class WarmUps {
  readonly #options: WarmUpOptions
  readonly #running = new Map<ReplicaHandle, WarmUp>()

  constructor(options: WarmUpOptions) {
    this.#options = options
  }

  /** A replica answers for the first time; it is warmed up where that pays and another one serves. */
  begin(handle: ReplicaHandle): void {
    const served = this.#options.catalogue.find(handle.replica.model)
    if (served === undefined || this.#running.has(handle) || !this.#isServedByAnother(handle)) return
    const { warmup, profile } = served.model
    const isAsked = warmup.enabled ?? (profile === 'latency' || this.#options.isSlowAtFirst(handle.replica.engine))
    const questions = isAsked ? warmUpQuestions(served.model, served.engineName) : []
    if (questions.length === 0) return
    const startedAt = performance.now()
    handle.isWarmingUp = true
    const warmUp = new WarmUp(handle, questions, warmup.timeout, (end) => this.#ended(handle, end, startedAt))
    this.#running.set(handle, warmUp)
  }

  /** Some replica stands otherwise than before: one that nobody else stands in for any more gets its traffic now. */
  review(): void {
    for (const handle of this.#running.keys()) {
      if (this.#isServedByAnother(handle)) continue
      this.#count(handle, 'needed')
      this.#options.logger.info(labelsOf(handle), 'replica gets traffic before it is warmed up: no other one serves')
      this.forget(handle)
      this.#options.onOver(handle)
    }
  }

  /** It answers no more, or is known no more. */
  forget(handle: ReplicaHandle): void {
    handle.isWarmingUp = false
    this.#running.get(handle)?.abort()
    this.#running.delete(handle)
  }

  close(): void {
    for (const handle of this.#running.keys()) this.forget(handle)
  }

  #isServedByAnother({ id, replica: { model, role } }: ReplicaHandle): boolean {
    return this.#options
      .handles()
      .some((other) => other.id !== id && other.isAvailable && other.replica.model === model && other.role === role)
  }

  #ended(handle: ReplicaHandle, end: WarmUpEnd, startedAt: number): void {
    const { logger, onOver } = this.#options
    const tookMs = Math.round(performance.now() - startedAt)
    this.#count(handle, end.kind === 'done' ? '' : end.kind)
    if (end.kind === 'done') logger.info({ ...labelsOf(handle), tookMs }, 'replica is warmed up')
    else {
      const problem = end.kind === 'failed' ? end.detail : 'no answer in time'
      logger.warn({ ...labelsOf(handle), tookMs, problem }, 'replica could not be warmed up and gets traffic as it is')
    }
    this.forget(handle)
    onOver(handle)
  }

  #count({ replica: { model } }: ReplicaHandle, reason: string): void {
    this.#options.metrics.counter('fairlead_gateway_warm_ups_total', { model, reason }).add(1)
  }
}

const labelsOf = ({ id, replica }: ReplicaHandle) => ({ model: replica.model, replica: id })
