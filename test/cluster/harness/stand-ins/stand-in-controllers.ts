/**
 * NOT KServe or a gateway: small stand-ins for their controllers, for tests alone, since the real ones cannot be had
 * where these tests run. They turn InferenceServices, LLMInferenceServices and InferencePools into what the real controllers
 * would make, which the real controller-manager, scheduler and our kubelet then run. Each file says what it does otherwise.
 * What passes here holds of the objects, their definitions and of Fairlead; it proves nothing of KServe. What runs in pods of llm-d: `llm-d/`.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type {
  InferencePool,
  InferenceService,
  LiveObject,
  LLMInferenceService,
  ServingRuntime,
} from '../../../../src/kubernetes/index.ts'
import type { ApiClient } from '../api-client.ts'
import { Informer, keyOf } from '../informer.ts'
import * as inference from './inference-service.ts'
import * as llm from './llm-inference-service.ts'
import { hold, kinds, tellStatus } from './objects.ts'
import * as pools from './inference-pool.ts'

type Live<Kind> = Kind & LiveObject

const retryAfterMs = 500
/** Changes come in swarms. */
const gatherMs = 20

/** Brings everything to what it should be whenever anything changes; remembers nothing but what the API server says. */
export class StandInControllers {
  readonly #client: ApiClient
  readonly #end = new AbortController()
  readonly #services: Informer<Live<InferenceService>>
  readonly #runtimes: Informer<Live<ServingRuntime>>
  readonly #llmServices: Informer<Live<LLMInferenceService>>
  readonly #pools: Informer<Live<InferencePool>>
  readonly #deployments: Informer<LiveObject>
  #changed = Promise.withResolvers<void>()
  #done: Promise<void> = Promise.resolve()
  #failure = ''

  constructor(client: ApiClient) {
    this.#client = client
    const onChange = () => this.#changed.resolve()
    this.#services = new Informer(client, kinds.inferenceServices.path, onChange)
    this.#runtimes = new Informer(client, kinds.servingRuntimes.path, onChange)
    this.#llmServices = new Informer(client, kinds.llmInferenceServices.path, onChange)
    this.#pools = new Informer(client, kinds.inferencePools.path, onChange)
    this.#deployments = new Informer(client, kinds.deployments.path, onChange)
  }

  /** Resolves once all that is there is known and being worked on. */
  async start(): Promise<void> {
    const { signal } = this.#end
    const informers = [this.#services, this.#runtimes, this.#llmServices, this.#pools, this.#deployments]
    for (const informer of informers) void informer.run(signal)
    await Promise.all(informers.map(({ listed }) => listed))
    this.#done = this.#run(signal)
  }

  /** What they failed at last, for tests that wait in vain; empty where nothing did. */
  get failure(): string {
    return this.#failure
  }

  async stop(): Promise<void> {
    this.#end.abort()
    this.#changed.resolve()
    await this.#done
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#changed = Promise.withResolvers()
      try {
        await this.#reconcile()
        this.#failure = ''
      } catch (error) {
        this.#failure = error instanceof Error ? error.message : String(error)
        await delay(retryAfterMs, undefined, { signal }).catch(() => {})
        continue
      }
      if (!signal.aborted) await this.#changed.promise
      await delay(gatherMs, undefined, { signal }).catch(() => {})
    }
  }

  async #reconcile(): Promise<void> {
    for (const service of this.#services.items.values())
      await this.#inferenceService(of(kinds.inferenceServices, service))
    for (const service of this.#llmServices.items.values())
      await this.#llmService(of(kinds.llmInferenceServices, service))
    for (const pool of this.#pools.items.values()) {
      if (pools.isRouted(pool)) await tellStatus(this.#client, of(kinds.inferencePools, pool), pools.statusOf(pool))
    }
  }

  async #inferenceService(service: Live<InferenceService>): Promise<void> {
    if (isGoing(service) || !inference.isStandard(service)) return
    const namespace = service.metadata.namespace ?? ''
    const runtime = this.#runtimes.items.get(`${namespace}/${service.spec?.predictor.model?.runtime ?? ''}`)
    if (runtime === undefined) return tellStatus(this.#client, service, inference.withoutRuntime(service))
    for (const child of inference.childrenOf(service, runtime)) await hold(this.#client, child)
    const deployment = this.#deployments.items.get(`${keyOf(service)}-predictor`)
    await tellStatus(this.#client, service, inference.statusOf(service, deployment))
  }

  async #llmService(service: Live<LLMInferenceService>): Promise<void> {
    if (isGoing(service)) return
    for (const child of llm.childrenOf(service)) await hold(this.#client, child)
    const namespace = service.metadata.namespace ?? ''
    const deployment = (name: string) => this.#deployments.items.get(`${namespace}/${name}`)
    await tellStatus(this.#client, service, llm.statusOf(service, deployment))
  }
}

const isGoing = ({ metadata }: LiveObject) => metadata.deletionTimestamp !== undefined

/** Lists leave the kind out of each item. */
const of = <Kind extends LiveObject>(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  object: Kind,
): Kind => ({
  ...object,
  apiVersion,
  kind,
})
