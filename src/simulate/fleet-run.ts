import { randomFrom, type Sequence } from '../engines/index.ts'
import { loadReportMs, type PolicyKind } from '../scheduling/index.ts'
import type { Simulation } from './contract.ts'
import { Clients } from './clients/index.ts'
import type { Route } from './dispatcher.ts'
import { EventQueue } from './events/index.ts'
import type { Refusal } from './flow/index.ts'
import { SimulatedGateway } from './gateway.ts'
import { knowledgeFor, listenerOfAll } from './knowledge/index.ts'
import { Ledger } from './measure/index.ts'
import { commonUnits, type Prompt } from './prepare-prompts.ts'
import { Replica } from './replica.ts'
import { FleetScaler, type ScalingFigures } from './scaling/index.ts'

/** How often engines report their load: as often as llm-d's router asks (50 ms), so that its policies have their due. */
const reportMs = 50

/** Tells this row of random numbers from others of the same seed. */
const spreadSeed = 0x5bd1e995

type Happening =
  | { readonly kind: 'arrival'; readonly place: number }
  | { readonly kind: 'wake' | 'step'; readonly replica: Replica }
  | { readonly kind: 'received'; readonly flight: Flight }
  /** Somebody may have waited for too long; replicas are counted anew. */
  | { readonly kind: 'deadline' | 'scale' }
  | { readonly kind: 'started'; readonly replica: Replica }
  /** Engines tell a gateway their load. */
  | { readonly kind: 'report'; readonly gateway: SimulatedGateway }

/** A request under way. */
interface Flight {
  /** Its place in the workload. */
  readonly place: number
  readonly gateway: SimulatedGateway
  readonly route: Route
  /** In the prefill replica, until its blocks are fetched. */
  prefilling: Sequence | null
  sequence: Sequence | null
}

/** One run of a fleet over a workload: from the first arrival until the last request is over. */
export class FleetRun {
  readonly ledger: Ledger
  readonly replicas: readonly Replica[]
  readonly #simulation: Simulation
  readonly #prompts: readonly Prompt[]
  readonly #gateways: readonly SimulatedGateway[]
  /** The gateway that gets each request, by its place in the workload. */
  readonly #gatewayAt: readonly SimulatedGateway[]
  readonly #events = new EventQueue<Happening>()
  /** What happens when a replica's step is over, one object a replica for millions of steps. */
  readonly #stepEnds: readonly Happening[]
  readonly #flights = new Map<Sequence, Flight>()
  readonly #clients: Clients
  readonly #scaler: FleetScaler | null
  /** Requests that are over, whatever became of them. */
  #over = 0
  #nowMs = 0
  #mostInLine = 0

  constructor(simulation: Simulation, policy: PolicyKind, prompts: readonly Prompt[]) {
    const { workload, engine, prefillEngine = engine, replicas, prefillReplicas, seed } = simulation
    this.#simulation = simulation
    this.#prompts = prompts
    const gateways = simulation.gateways ?? 1
    const known = Array.from({ length: gateways }, () =>
      knowledgeFor(policy.prefixes, {
        replicas,
        unitTokens: workload.blockTokens,
        blockTokens: engine.kvBlockTokens,
        indexTokens:
          simulation.indexTokens ??
          Math.max(engine.kvCapacityTokens, prefillReplicas > 0 ? prefillEngine.kvCapacityTokens : 0),
      }),
    )
    this.replicas = Array.from({ length: replicas }, (_, place) => {
      const role = prefillReplicas === 0 ? 'both' : place < prefillReplicas ? 'prefill' : 'decode'
      return new Replica(place, {
        role,
        shape: role === 'prefill' ? prefillEngine : engine,
        unitTokens: workload.blockTokens,
        listener: listenerOfAll(known, place),
      })
    })
    this.#stepEnds = this.replicas.map((replica) => ({ kind: 'step', replica }))
    const common = commonUnits(prompts)
    this.#gateways = known.map(
      (knowledge, index) =>
        new SimulatedGateway(simulation, {
          policy,
          knowledge,
          replicas: this.replicas,
          commonUnits: common,
          // Of one gateway the Fleet's own seed, as ever.
          seed: seed + index,
        }),
    )
    this.#gatewayAt = spread(workload.requests.length, this.#gateways, seed)
    this.ledger = new Ledger(workload.requests.length, replicas)
    this.#clients = new Clients(workload, simulation.rate, (place, atMs) =>
      this.#events.put(atMs, { kind: 'arrival', place }),
    )
    const { autoscale } = simulation
    this.#scaler =
      autoscale === undefined
        ? null
        : new FleetScaler({
            autoscale,
            replicas: this.replicas,
            waiting: () => this.#inLine,
            isFetchedFrom: (replica) =>
              [...this.#flights.values()].some(
                ({ route, prefilling }) => route.prefill === replica && prefilling !== null,
              ),
            onOff: ({ place }) => this.#gateways.forEach(({ knowledge }) => knowledge.forget(place)),
            startAt: (replica, atMs) => this.#events.put(atMs, { kind: 'started', replica }),
          })
  }

  /** What scaling did; null where replicas are fixed. */
  get scaling(): ScalingFigures | null {
    return this.#scaler?.figures(this.ledger.lastMs) ?? null
  }

  /** Requests that waited for a replica at once at the most. */
  get mostInLine(): number {
    return this.#mostInLine
  }

  run(): void {
    this.#clients.start()
    if (this.#scaler !== null) this.#events.put(0, { kind: 'scale' })
    this.#startReports()
    let nextReportMs = 0
    for (let what = this.#events.take(); what !== undefined; what = this.#events.take()) {
      const { nowMs } = this.#events
      if (nowMs >= nextReportMs) {
        const lastMs = Math.floor(nowMs / reportMs) * reportMs
        for (const replica of this.replicas) replica.report(lastMs)
        nextReportMs = lastMs + reportMs
      }
      this.#nowMs = nowMs
      this.#handle(what)
    }
  }

  #handle(what: Happening): void {
    switch (what.kind) {
      case 'arrival':
        if (this.#clients.admits(what.place)) this.#arrive(what.place)
        return
      case 'deadline':
        this.#expire()
        return
      case 'wake':
        what.replica.isWoken = false
        if (what.replica.step === null) this.#begin(what.replica)
        return
      case 'step':
        this.#finish(what.replica)
        this.#begin(what.replica)
        return
      case 'received':
        this.#receive(what.flight)
        return
      case 'scale':
        this.#scale()
        return
      case 'started':
        if (this.#isOver) return
        this.#scaler?.started(what.replica, this.#nowMs)
        this.#serve()
        return
      case 'report':
        this.#report(what)
    }
  }

  /** How often gateways ask engines; null for never. */
  get #loadReportsMs(): number | null {
    const { loadReportsMs, flow } = this.#simulation
    return loadReportsMs ?? (flow?.saturation === true ? loadReportMs : null)
  }

  /** Gateways were started at any time: they ask engines one after another. */
  #startReports(): void {
    const loadReportsMs = this.#loadReportsMs
    if (loadReportsMs === null) return
    for (const [index, gateway] of this.#gateways.entries()) {
      this.#events.put((index * loadReportsMs) / this.#gateways.length, { kind: 'report', gateway })
    }
  }

  #report(what: Extract<Happening, { readonly kind: 'report' }>): void {
    what.gateway.hear()
    this.#serve()
    if (!this.#isOver) this.#events.put(this.#nowMs + (this.#loadReportsMs ?? Infinity), what)
  }

  get #inLine(): number {
    return this.#gateways.reduce((sum, { line }) => sum + line.length, 0)
  }

  /** Whether no request is under way or to come. */
  get #isOver(): boolean {
    return this.#over === this.#simulation.workload.requests.length
  }

  #scale(): void {
    const { autoscale } = this.#simulation
    if (this.#scaler === null || autoscale === undefined || this.#isOver) return
    this.#scaler.decide(this.#nowMs)
    this.#events.put(this.#nowMs + autoscale.intervalMs, { kind: 'scale' })
  }

  /** A request is over: what follows it comes. */
  #end(place: number): void {
    this.#over += 1
    this.ledger.lastMs = this.#nowMs
    this.#clients.ended(place, this.#nowMs)
  }

  #arrive(place: number): void {
    const request = this.#simulation.workload.requests[place]
    const gateway = this.#gatewayAt[place]
    if (request === undefined || gateway === undefined) return
    const { line, dispatcher } = gateway
    this.ledger.arrivedMs[place] = this.#nowMs
    this.#scaler?.arrived()
    if (line.isOpen && this.#send(place)) return
    const tokens = request.promptTokens + Math.round(dispatcher.expectedOutputTokens)
    const { refused, deadlineMs } = line.join(place, request, tokens, this.#nowMs)
    this.#mostInLine = Math.max(this.#mostInLine, this.#inLine)
    if (deadlineMs !== Infinity) this.#events.put(deadlineMs, { kind: 'deadline' })
    if (refused !== null) this.#refuse(refused)
  }

  /** Those whose deadline has come leave the queue. */
  #expire(): void {
    for (const { line } of this.#gateways) {
      for (let late = line.expire(this.#nowMs); late !== null; late = line.expire(this.#nowMs)) this.#refuse(late)
    }
  }

  #refuse({ place, reason }: Refusal): void {
    this.ledger.refused.set(place, reason)
    this.#end(place)
  }

  /** Something has ended: whose turn it is goes on. */
  readonly #serve = (): void => {
    for (const { line } of this.#gateways) line.serve(this.#send)
  }

  /** Sends a request where the policy says; false where it may go nowhere yet. */
  readonly #send = (place: number): boolean => {
    const request = this.#simulation.workload.requests[place]
    const prompt = this.#prompts[place]
    const gateway = this.#gatewayAt[place]
    if (request === undefined || prompt === undefined || gateway === undefined) return true
    const route = gateway.dispatcher.dispatch(request, prompt, this.#nowMs)
    if (route === null) return false
    this.ledger.sentMs[place] = this.#nowMs
    const flight: Flight = { place, gateway, route, prefilling: null, sequence: null }
    const target = route.prefill ?? route.replica
    const sequence = this.#add(target, flight, route.prefill === null ? 'both' : 'prefill')
    if (sequence === null) {
      this.#reject(flight)
    } else if (route.prefill === null) flight.sequence = sequence
    else flight.prefilling = sequence
    return true
  }

  #add(replica: Replica, flight: Flight, stage: 'both' | 'prefill' | 'decode'): Sequence | null {
    const prompt = this.#prompts[flight.place]
    const outputTokens = this.#simulation.workload.requests[flight.place]?.outputTokens ?? 1
    if (prompt === undefined) return null
    const { units, namedTokens, tokens } = prompt
    const sequence = replica.engine.add({ units, namedTokens, promptTokens: tokens, outputTokens, stage })
    if (sequence === null) return null
    this.#flights.set(sequence, flight)
    this.ledger.noteWaiting(1, this.#nowMs)
    this.#wake(replica)
    return sequence
  }

  /** A request that no replica can hold: what follows it comes all the same. */
  #reject({ place, gateway: { dispatcher }, route, prefilling }: Flight, isPrefilled = false): void {
    const prompt = this.#prompts[place]
    if (prompt === undefined) return
    this.ledger.rejected += 1
    if (isPrefilled) this.#release(route.prefill, prefilling)
    else dispatcher.prefilled(route, prompt)
    dispatcher.begun(route, prompt)
    dispatcher.gone(route)
    this.#end(place)
  }

  /** A prefill replica lets go of a prompt. */
  #release(replica: Replica | null, prefilling: Sequence | null): void {
    if (replica === null || prefilling === null) return
    replica.engine.release(prefilling)
    this.#flights.delete(prefilling)
    this.#wake(replica)
  }

  /** Lets a replica look for work at this time, after all that happens at it. */
  #wake(replica: Replica): void {
    if (replica.step !== null || replica.isWoken) return
    replica.isWoken = true
    this.#events.put(this.#nowMs, { kind: 'wake', replica })
  }

  /** A replica's next step, if there is anything to do. */
  #begin(replica: Replica): void {
    const before = replica.engine.waiting
    const step = replica.engine.step()
    this.ledger.noteWaiting(replica.engine.waiting - before, this.#nowMs)
    this.ledger.preemptions += step.preempted.length
    replica.step = step.computedTokens === 0 ? null : step
    const stepEnd = this.#stepEnds[replica.place]
    if (replica.step !== null && stepEnd !== undefined) this.#events.put(this.#nowMs + step.durationMs, stepEnd)
    for (const sequence of step.pulls) this.#pull(sequence)
  }

  /** Fetches a prompt's blocks from where they were computed: one transfer after another on a sender's link. */
  #pull(sequence: Sequence): void {
    const flight = this.#flights.get(sequence)
    const sender = flight?.route.prefill
    if (flight === undefined || sender === undefined || sender === null) return
    const { engine, prefillEngine = engine, transferBitsPerSecond } = this.#simulation
    const tokens = sequence.request.promptTokens - sequence.cachedTokens
    const startMs = Math.max(this.#nowMs, sender.linkFreeMs)
    sender.linkFreeMs = startMs + (tokens * prefillEngine.kvBytesPerToken * 8 * 1000) / transferBitsPerSecond
    this.#events.put(sender.linkFreeMs, { kind: 'received', flight })
  }

  #receive(flight: Flight): void {
    const { prefilling, sequence, route } = flight
    this.#release(route.prefill, prefilling)
    if (sequence === null) return
    route.replica.engine.received(sequence)
    this.ledger.noteWaiting(1, this.#nowMs)
    this.#wake(route.replica)
  }

  /** A replica's step is over: its tokens are there. */
  #finish(replica: Replica): void {
    const { step } = replica
    replica.step = null
    if (step === null) return
    for (const sequence of step.tokens) {
      if (sequence.generated > 1 && sequence.state === 'running') continue
      const flight = this.#flights.get(sequence)
      if (flight === undefined) continue
      if (sequence.request.stage === 'prefill') this.#handOver(flight, sequence)
      else this.#note(flight, sequence)
    }
  }

  /** A prompt is computed on its prefill replica: the other one gets the request. */
  #handOver(flight: Flight, prefilling: Sequence): void {
    const { gateway, route, place } = flight
    const prompt = this.#prompts[place]
    if (prompt === undefined) return
    this.#noteHits(flight, prefilling, route.prefill)
    gateway.dispatcher.prefilled(route, prompt)
    flight.sequence = this.#add(route.replica, flight, 'decode')
    if (flight.sequence !== null) return
    this.#reject(flight, true)
    this.#serve()
  }

  #note(flight: Flight, sequence: Sequence): void {
    const { gateway, route, place } = flight
    const prompt = this.#prompts[place]
    if (prompt === undefined) return
    if (sequence.generated === 1) {
      this.ledger.firstTokenMs[place] = this.#nowMs
      this.#scaler?.began(this.#nowMs, this.ledger.ttftMs(place))
      if (route.prefill === null) this.#noteHits(flight, sequence, route.replica)
      gateway.dispatcher.begun(route, prompt, this.#nowMs - (this.ledger.sentMs[place] ?? 0))
    }
    if (sequence.state !== 'done') return
    this.#flights.delete(sequence)
    this.#noteEnd(flight, sequence)
    this.#end(place)
    this.#serve()
  }

  #noteHits({ place }: Flight, { cachedTokens, request }: Sequence, replica: Replica | null): void {
    this.ledger.hitTokens[place] = cachedTokens
    this.#work(replica, request.promptTokens - cachedTokens)
  }

  #work(replica: Replica | null, tokens: number): void {
    if (replica !== null) this.ledger.work[replica.place] = (this.ledger.work[replica.place] ?? 0) + tokens
  }

  #noteEnd({ place, gateway, route }: Flight, { generated, request }: Sequence): void {
    const { ledger } = this
    ledger.endedMs[place] = this.#nowMs
    ledger.outputTokens[place] = generated
    this.#work(route.replica, generated)
    const firstMs = ledger.firstTokenMs[place] ?? 0
    gateway.dispatcher.ended(route, {
      promptTokens: request.promptTokens,
      cachedTokens: ledger.hitTokens[place] ?? 0,
      outputTokens: generated,
      ttftMs: firstMs - (ledger.sentMs[place] ?? 0),
      tpotMs: generated > 1 ? (this.#nowMs - firstMs) / (generated - 1) : 0,
    })
  }
}

/** The gateway of each request: any, by a row of random numbers of its own, so that one gateway decides as ever. */
function spread<Gateway>(requests: number, gateways: readonly Gateway[], seed: number): readonly Gateway[] {
  const random = randomFrom(seed ^ spreadSeed)
  return Array.from({ length: requests }).flatMap(() => gateways[Math.floor(random() * gateways.length)] ?? [])
}
