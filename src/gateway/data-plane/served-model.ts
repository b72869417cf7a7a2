import type { Model } from '../../fleet/index.ts'
import type { CounterSeries, HistogramSeries, SeriesTable } from '../../observe/index.ts'
import { limitBySaturation, type ChoiceReason, type LearnedSizes } from '../../scheduling/index.ts'
import { Disaggregation, type DisaggregationSeries } from '../disaggregation/index.ts'
import type { Candidate, ReplicaLimits } from './choose-replica.ts'
import { mostEjected } from './outlier.ts'
import { PolicyRouter } from './policy-router.ts'
import type { ReplicaHandle } from './replica-handle.ts'
import { RetryBudget } from './retry-budget.ts'
import type { Usage } from './usage-tail.ts'
import type { Room } from './waiting/room.ts'
import { canaryShareOf, VariantSeries, VariantSplit, type Variant } from './variant-split.ts'
import { isWaking, sleeps } from './waking.ts'

/** The series of one model, bound ahead of their use. */
export class ModelSeries implements DisaggregationSeries {
  readonly ttft: HistogramSeries
  readonly duration: HistogramSeries
  readonly inputTokens: CounterSeries
  readonly outputTokens: CounterSeries
  readonly promptBlocks: CounterSeries
  readonly heldBlocks: CounterSeries
  /** Second tries beside a slow first one. */
  readonly hedges: CounterSeries
  /** Retries that the budget did not allow. */
  readonly retriesDenied: CounterSeries
  /** Requests for this model that went on to another. */
  readonly fallbacks: CounterSeries
  /** Requests that looked for a replica. */
  readonly arrivals: CounterSeries
  /** By what decided: a handful. */
  readonly #chosen = new Map<ChoiceReason, CounterSeries>()
  #variants: Readonly<Record<Variant, VariantSeries>> | null = null
  readonly #metrics: SeriesTable
  readonly #model: string
  /** By status, then reason: a handful of each. */
  readonly #ended = new Map<number, Map<string, CounterSeries>>()

  constructor(metrics: SeriesTable, model: string) {
    this.#metrics = metrics
    this.#model = model
    this.ttft = metrics.histogram('fairlead_gateway_ttft_seconds', { model })
    this.duration = metrics.histogram('fairlead_gateway_request_duration_seconds', { model })
    this.inputTokens = metrics.counter('fairlead_gateway_input_tokens_total', { model })
    this.outputTokens = metrics.counter('fairlead_gateway_output_tokens_total', { model })
    this.promptBlocks = metrics.counter('fairlead_scheduler_prompt_blocks_total', { model })
    this.heldBlocks = metrics.counter('fairlead_scheduler_held_blocks_total', { model })
    this.hedges = metrics.counter('fairlead_gateway_hedges_total', { model })
    this.retriesDenied = metrics.counter('fairlead_gateway_retries_denied_total', { model })
    this.fallbacks = metrics.counter('fairlead_gateway_fallbacks_total', { model })
    this.arrivals = metrics.counter('fairlead_gateway_arrivals_total', { model })
  }

  /** What came of the requests of a variant; the same every time. */
  variants(): Readonly<Record<Variant, VariantSeries>> {
    this.#variants ??= {
      stable: new VariantSeries(this.#metrics, this.#model, 'stable'),
      canary: new VariantSeries(this.#metrics, this.#model, 'canary'),
    }
    return this.#variants
  }

  /** Counter of choices that this decided. */
  chosen(reason: ChoiceReason): CounterSeries {
    let series = this.#chosen.get(reason)
    if (series === undefined) {
      series = this.#metrics.counter('fairlead_scheduler_decisions_total', { model: this.#model, reason })
      this.#chosen.set(reason, series)
    }
    return series
  }

  /** Counter of requests that ended so; an empty reason is success. */
  ended(status: number, reason: string): CounterSeries {
    let byReason = this.#ended.get(status)
    if (byReason === undefined) this.#ended.set(status, (byReason = new Map<string, CounterSeries>()))
    let series = byReason.get(reason)
    if (series === undefined) {
      const labels = { model: this.#model, code: String(status), reason }
      series = this.#metrics.counter('fairlead_gateway_requests_total', labels)
      byReason.set(reason, series)
    }
    return series
  }

  /** Counter of requests by why their prompt was not looked up by what engines say. */
  lookedUp(reason: string): CounterSeries {
    return this.#metrics.counter('fairlead_scheduler_exact_requests_total', { model: this.#model, reason })
  }

  /** Counter of what replicas were predicted to hold, by what was wrong. */
  predicted(reason: string): CounterSeries {
    return this.#metrics.counter('fairlead_scheduler_predictions_total', { model: this.#model, reason })
  }

  /** By how many blocks such predictions were off. */
  predictionError(): HistogramSeries {
    return this.#metrics.histogram('fairlead_scheduler_prediction_error_blocks', { model: this.#model })
  }

  /** Counter of retries; rare, so it is looked up. */
  retried(reason: string): CounterSeries {
    return this.#metrics.counter('fairlead_gateway_upstream_retries_total', { model: this.#model, reason })
  }

  decided(reason: string): CounterSeries {
    return this.#metrics.counter('fairlead_disaggregation_requests_total', { model: this.#model, reason })
  }

  fellBack(reason: string): CounterSeries {
    return this.#metrics.counter('fairlead_disaggregation_fallbacks_total', { model: this.#model, reason })
  }

  prefillSeconds(): HistogramSeries {
    return this.#metrics.histogram('fairlead_disaggregation_prefill_seconds', { model: this.#model })
  }
}

/** A model as the gateway serves it. */
export class ServedModel implements ReplicaLimits {
  readonly model: Model
  readonly series: ModelSeries
  /** What its answers have taught. */
  readonly sizes: LearnedSizes
  /** The name that its engine answers to. */
  readonly engineName: string
  readonly retryBudget: RetryBudget
  /** Where requests wait when all its replicas are full. */
  readonly room: Room<ServedModel>
  /** Chooses replicas by a policy that weighs; null where they take turns, or the fewest requests count. */
  readonly router: PolicyRouter | null
  /** Whether replicas take turns whatever they have to do. */
  readonly takesTurns: boolean
  /** Whether requests of a session stay with a replica. */
  readonly keepsSessions: boolean
  readonly #maxInFlight: number
  readonly #heedsSaturation: boolean
  readonly #sleeps: boolean
  readonly #adapters: ReadonlySet<string>
  /** Its replicas that answer; the list is replaced, never changed, when discovery brings another. */
  replicas: readonly ReplicaHandle[] = []
  /** Those that only prefill, for one that answers; none for most models. */
  prefillers: readonly ReplicaHandle[] = []
  /** Divides its requests while a change of it is tried; null for most models at most times. */
  split: VariantSplit | null = null
  #disaggregation: Disaggregation | null = null
  #turn = 0

  /** @param before the same model before a reload: its router goes on where it would be made of the same; null at first */
  constructor(
    model: Model,
    series: ModelSeries,
    sizes: LearnedSizes,
    roomFor: (served: ServedModel) => Room<ServedModel>,
    before: ServedModel | null = null,
  ) {
    this.model = model
    this.series = series
    this.sizes = sizes
    this.retryBudget = new RetryBudget(model.retry.budget)
    this.router = before !== null && isRoutedAlike(before.model, model) ? before.router : routerOf(model)
    this.keepsSessions = keepsSessions(model)
    this.takesTurns = model.routing.policy === 'roundRobin'
    this.#sleeps = sleeps(model)
    this.#adapters = new Set(model.adapters.map(({ name }) => name))
    this.engineName = model.upstreamModel ?? model.name
    this.#maxInFlight = model.maxInFlight ?? Infinity
    this.#heedsSaturation = model.flow.saturation
    this.room = roomFor(this)
  }

  get name(): string {
    return this.model.name
  }

  /** Serves by those of `handles` that are its own from now on. */
  takeReplicas(handles: readonly ReplicaHandle[]): void {
    const own = handles.filter(({ replica }) => replica.model === this.name)
    this.replicas = own.filter(({ replica }) => replica.role !== 'prefill')
    this.prefillers = own.filter(({ replica }) => replica.role === 'prefill')
    if (this.router !== null) for (const replica of own) replica.sizes = this.router.sizes
    this.router?.follow(this.replicas)
    if (this.prefillers.length > 0) this.disaggregation.follow(this.prefillers)
    const share = canaryShareOf(this.replicas)
    if (share === null) this.split = null
    else if (this.split?.share !== share) this.split = new VariantSplit(this.series.variants(), share)
  }

  /** Sends its requests where it has `prefillers`. */
  get disaggregation(): Disaggregation {
    return (this.#disaggregation ??= new Disaggregation(this.model, this.series))
  }

  /** Requests of this gateway that a replica may have now. */
  limitOf(replica: Candidate): number {
    return this.#heedsSaturation ? limitBySaturation(replica, this.#maxInFlight) : this.#maxInFlight
  }

  /** Its name, its aliases and its adapters. */
  get names(): readonly string[] {
    return [this.model.name, ...this.model.aliases, ...this.#adapters]
  }

  /** The adapter of that name, where it is the name of one and not of the model. */
  adapterNamed(name: string): string | null {
    return this.#adapters.has(name) ? name : null
  }

  /** Replicas that are meant to be there. */
  get expectedReplicas(): number {
    const { engine, addresses, prefill, decode } = this.model
    if (engine !== 'external') return fewestReplicas(this.model)
    return addresses.length + (prefill?.addresses.length ?? 0) + (decode?.addresses.length ?? 0)
  }

  /** Whether it has no replica now and is going to have one, since requests wait for it. */
  get isWaking(): boolean {
    return this.#sleeps && isWaking(this.replicas)
  }

  /** Whether there are several replicas to choose between. */
  get hasChoice(): boolean {
    return this.replicas.length > 1 || this.prefillers.length > 1
  }

  /** Whether choices between its replicas go by what their caches hold. */
  get weighsCaches(): boolean {
    const hasPrefixes = this.router !== null && this.router.prefixes !== null
    return this.prefillers.length > 1 || (hasPrefixes && this.replicas.length > 1)
  }

  /** Whether each of its replicas may get requests; those that only prefill are of no use while none answers. */
  get availability(): readonly boolean[] {
    const isAnswering = this.replicas.some(({ isAvailable }) => isAvailable)
    return [...this.replicas, ...this.prefillers].map(({ isAvailable }) => isAnswering && isAvailable)
  }

  /** A number that grows by one with each request, for taking turns. */
  nextTurn(): number {
    this.#turn = (this.#turn + 1) % 0x4000_0000
    return this.#turn
  }

  /** Whether one more of its replicas may be set aside: a share of them at the most, and never the last that answers. */
  mayEject(candidate: ReplicaHandle, maxShare: number): boolean {
    // A prompt is computed where it decodes when no other replica can: the last one that prefills may go too.
    const isPrefiller = candidate.replica.role === 'prefill'
    const peers = isPrefiller ? this.prefillers : this.replicas
    const ejected = peers.filter(({ outlier }) => outlier.isEjected).length
    if (isPrefiller && peers.length === 1) return true
    const isOtherLeft = isPrefiller || peers.some((replica) => replica !== candidate && replica.isAvailable)
    return isOtherLeft && ejected < mostEjected(peers.length, maxShare)
  }

  /** Tokens that its answers have in the mean. */
  get expectedOutputTokens(): number {
    return this.sizes.outputTokens.value
  }

  /**
   * Learns from an answer's usage how long answers are, and how many bytes of a request make a token.
   * @param bytes of the request
   */
  learnSizes(bytes: number, { inputTokens, outputTokens }: Usage): void {
    if (inputTokens > 0) this.sizes.bytesPerToken.learn(bytes / inputTokens)
    this.sizes.outputTokens.learn(outputTokens)
  }

  /** About how many tokens a request of that many bytes has; 0 as long as none has told its usage. */
  estimatePromptTokens(bytes: number): number {
    const bytesPerToken = this.sizes.bytesPerToken.value
    return bytesPerToken === 0 ? 0 : Math.round(bytes / bytesPerToken)
  }
}

/** Replicas that a model has at the least: the fixed number, or where it is scaled the lower bound of it. */
function fewestReplicas({ prefill, decode, ...alone }: Model): number {
  const pools = prefill === undefined || decode === undefined ? [alone] : [prefill, decode]
  return pools.reduce((sum, { replicas, minReplicas, maxReplicas }) => {
    return sum + (maxReplicas === undefined ? (replicas ?? minReplicas ?? 1) : (minReplicas ?? 1))
  }, 0)
}

const keepsSessions = ({ routing }: Model): boolean => routing.session.enabled || routing.policy === 'session'

/** What a router is made of, beside the model's name. */
const partsOfRouter = ({
  routing: { policy, saturation, session, prefix },
  kvCache: { prefixCaching },
}: Model): string => JSON.stringify([policy, saturation, session, prefix, prefixCaching])

const isRoutedAlike = (one: Model, other: Model): boolean => partsOfRouter(one) === partsOfRouter(other)

/** None where requests in flight or turns alone decide, for which nothing has to be kept (`choose-replica.ts`). */
function routerOf(model: Model): PolicyRouter | null {
  const { policy, saturation, session, prefix } = model.routing
  const chosen = policy === 'auto' && !model.kvCache.prefixCaching ? 'leastInFlight' : policy
  const isPlain = chosen === 'leastInFlight' || chosen === 'roundRobin'
  if (isPlain && !keepsSessions(model)) return null
  const settings = { saturation, sessionTimeMs: session.time, keepsSessions: keepsSessions(model) }
  return new PolicyRouter(model.name, chosen, settings, prefix.blocks)
}
