import type { Reason } from '../../errors/index.ts'
import type { ChoiceReason } from '../../scheduling/index.ts'
import type { Route } from '../disaggregation/index.ts'
import { Attempt, type AttemptOwner } from './attempt.ts'
import { chooseReplica, type NoChoice } from './choose-replica.ts'
import {
  failureRefusal,
  noAdapterRefusal,
  noReplicaRefusal,
  queueFullRefusal,
  queueTimeoutRefusal,
  stillWakingRefusal,
} from './exchange-refusals.ts'
import { fieldValue } from './http1/fields.ts'
import type { Verdict } from './outlier.ts'
import type { RoutedRequest } from './policy-router.ts'
import type { RoutedPrompt } from './prefix-router.ts'
import type { Refusal } from './refusal.ts'
import { bytesPerToken, type Permit, type ReplicaHandle } from './replica-handle.ts'
import { hashBeginning } from './prompt-beginning.ts'
import { nextStep, parseRetryAfter, type TryFailure } from './retry-policy.ts'
import type { ServedModel } from './served-model.ts'
import type { UpstreamFailure } from './upstream/contract.ts'
import type { VariantSplit } from './variant-split.ts'
import type { Standing, Ticket, Waiter } from './waiting/room.ts'
import type { SpokenQuestion, Wording } from './wording.ts'

/** Looks for silence in the time that makes a replica silent, after the first. */
const silenceLooks = 4

/** Who searches. */
export interface SearchOwner extends AttemptOwner {
  /** The first byte is about to come, or the end of an empty answer: from here on the attempt is the owner's. */
  onAnswer(attempt: Attempt): void
  /** No replica gave an answer. */
  onExhausted(refusal: Refusal): void
  /** Something of ours failed, or the question cannot be put to an engine (a Refusal). */
  onFault(error: unknown): void
  /** `dueAt` has changed. */
  onDueChanged(): void
  /** How it stands among those that wait for a model, in a group of them. */
  standingFor(model: ServedModel, group: string | null): Standing
  /** It begins to wait until a replica has room, or ends it. */
  onWaiting(isWaiting: boolean): void
}

/** What is known of a choice. */
interface Chosen {
  /** As the model's policy was told of the request; null where it was not asked. */
  readonly routed: RoutedRequest | null
  /** Blocks of the prompt that the chosen replica holds. */
  readonly heldBlocks: number
  /** What decided; null where no policy did. */
  readonly reason: ChoiceReason | null
}

const unweighed: Chosen = { routed: null, heldBlocks: 0, reason: null }

/** A model that may answer in another's place, and who of it. */
interface Fallback {
  readonly model: ServedModel
  readonly replica: ReplicaHandle
  readonly chosen: Chosen
}

/**
 * Finds a replica that answers: asks one, asks others when it fails, asks a second one beside it when it is slow
 * (hedging), and goes on to fallback models when none is left; waits its turn where all are full. The first byte ends
 * the search; nothing is asked after it.
 */
export class ReplicaSearch implements AttemptOwner, Waiter {
  readonly #owner: SearchOwner
  /** How replicas are asked; let go with the search, so that a long answer does not hold the question in memory. */
  #wording: Wording | null
  /** The model that was asked for, then those that may answer in its place. */
  #models: readonly ServedModel[]
  readonly #running: Attempt[] = []
  readonly #tried: ReplicaHandle[] = []
  #model: ServedModel
  #triesOfModel = 0
  /** A replica whose connection broke before it answered. */
  #broken: ReplicaHandle | null = null
  #retryOn: ReplicaHandle | null = null
  /** When a replica is asked again, or waiting for one ends. */
  #retryAt = Infinity
  /** Its place among those that wait. */
  #ticket: Ticket | null = null
  #hedgeAt = Infinity
  /** When it is looked at whether a replica that is asked has fallen silent. */
  #silenceAt = Infinity
  #hasHedged = false
  /** By which it has its variant, from 0 to below 1; negative until a model with a canary was asked. */
  #drawn = -1
  /** What is known of the choice made last. */
  #chosen: Chosen = unweighed
  #isOver = false
  /** Tries in all, hedges included. */
  attempts = 0

  constructor(owner: SearchOwner, wording: Wording, asked: ServedModel, fallbacks: readonly ServedModel[]) {
    this.#owner = owner
    this.#wording = wording
    this.#model = asked
    this.#models = fallbacks.length === 0 ? [asked] : [asked, ...fallbacks]
  }

  /** When `onDue` wants to be called; Infinity for never. */
  get dueAt(): number {
    return Math.min(this.#retryAt, this.#hedgeAt, this.#silenceAt)
  }

  /** The replicas that are asked now, for what is told of a search that ends in vain. */
  get lastReplica(): ReplicaHandle | null {
    return this.#tried.at(-1) ?? null
  }

  start(): void {
    const model = this.#model
    model.retryBudget.noteRequest()
    model.series.arrivals.add(1)
    // Nobody goes before those who wait.
    this.#begin(model.room.length > 0 ? 'all_full' : this.#choose(model))
  }

  #begin(choice: ReplicaHandle | NoChoice): void {
    if (typeof choice !== 'string') {
      this.#ask(choice)
      return
    }
    const fallback = this.#findFallback()
    if (fallback !== null) {
      this.#askFallback(fallback)
      return
    }
    if (choice === 'all_full' || this.#model.isWaking) {
      this.#wait()
      return
    }
    // Where all that are reachable are set aside, one that fails at times is better than none.
    const lastResort = this.#choose(this.#model, true)
    if (typeof lastResort === 'string') this.#exhaust(this.#noReplica())
    else this.#ask(lastResort)
  }

  /** The adapter that a model is asked for; null for the model itself. */
  #adapterOf(model: ServedModel): string | null {
    return this.#wording?.adapterFor(model) ?? null
  }

  #noReplica(): Refusal {
    const model = this.#model
    const adapter = this.#adapterOf(model)
    const isServed = adapter !== null && model.replicas.some(({ isAvailable }) => isAvailable)
    return isServed ? noAdapterRefusal(model, adapter) : noReplicaRefusal(model)
  }

  /** Whether it waits until a replica has room. */
  get isWaiting(): boolean {
    return this.#ticket !== null
  }

  /** Whether that is because the model has none, and is going to have one. */
  get isWaking(): boolean {
    return this.#ticket !== null && this.#model.isWaking
  }

  #wait(): void {
    const { model, room } = this.#model
    const until = performance.now() + model.flow.maxWait
    const standing = this.#owner.standingFor(this.#model, this.#groupAmong(this.#model))
    const ticket = room.join(standing, this, until)
    if (this.#isOver) return
    this.#ticket = ticket
    this.#retryAt = until
    this.#owner.onWaiting(true)
    this.#owner.onDueChanged()
  }

  onTurn(): void {
    const ticket = this.#ticket
    if (ticket === null) return
    const asked = this.#model.room.model
    const choice = this.#choose(asked)
    const permit = typeof choice === 'string' ? null : choice.acquire(asked.limitOf(choice))
    if (permit === null && (choice !== 'none_available' || asked.isWaking)) {
      ticket.settle('full')
      return
    }
    // Replicas are those of the Fleet as it is now.
    this.#models = this.#models.with(this.#models.indexOf(this.#model), asked)
    this.#model = asked
    this.#ticket = null
    this.#retryAt = Infinity
    ticket.settle(permit === null ? 'no_ready_replica' : 'got')
    this.#owner.onWaiting(false)
    this.#owner.onDueChanged()
    if (permit !== null && typeof choice !== 'string') this.#askWith(permit, choice)
    else this.#begin('none_available')
  }

  onRefused(): void {
    this.#ticket = null
    this.#exhaust(queueFullRefusal(this.#model, this.#model.room.retryAfterSeconds()))
  }

  /** It has waited as long as it may. */
  endWait(): void {
    const isWaking = this.isWaking
    this.#ticket?.leave(isWaking ? 'scaling_from_zero' : 'queue_timeout')
    this.#ticket = null
    if (isWaking) this.#exhaust(stillWakingRefusal(this.#model))
    else this.#exhaust(queueTimeoutRefusal(this.#model, this.#model.room.retryAfterSeconds()))
  }

  /** Does what is due. */
  onDue(now: number): void {
    if (this.#isOver) return
    if (this.#retryAt <= now) {
      if (this.#ticket !== null) {
        this.endWait()
        return
      }
      const replica = this.#retryOn
      this.#retryAt = Infinity
      this.#retryOn = null
      if (replica?.isReachable === true) this.#ask(replica)
      else this.#afterFailure({ kind: 'connect' }, null)
    }
    if (this.#hedgeAt <= now) this.#hedge()
    if (this.#silenceAt <= now) this.#leaveSilent(now)
  }

  /**
   * Leaves replicas of which nothing at all has come for as long as a stream waits for its first byte, where another one
   * can be asked. Nothing else bounds the wait for an answer in one piece but its total: it may take as long as it
   * takes, as long as its engine lives.
   */
  #leaveSilent(now: number): void {
    this.#silenceAt = Infinity
    for (const attempt of this.#running.slice()) {
      const { silentSince } = attempt.replica
      const { ttft } = attempt.model.model.deadlines
      if (silentSince !== null && now - Math.max(silentSince, attempt.startedAt) >= ttft) {
        attempt.replica.lastError = 'no answer to anything'
        this.#afterFailure({ kind: 'silent' }, attempt)
      }
      if (this.#running.includes(attempt)) this.#lookForSilence(now + ttft / silenceLooks)
    }
  }

  #lookForSilence(at: number): void {
    this.#silenceAt = Math.min(this.#silenceAt, at)
  }

  /** Ends whatever runs; who waits leaves for `reason`. */
  close(verdict: Verdict, reason: Reason | '' = ''): void {
    this.#isOver = true
    this.#wording?.settle()
    if (this.#ticket !== null) {
      this.#ticket.leave(reason === '' ? 'internal' : reason)
      this.#ticket = null
    }
    this.#wording = null
    this.#retryAt = Infinity
    this.#hedgeAt = Infinity
    this.#silenceAt = Infinity
    for (const attempt of this.#running.splice(0)) attempt.end(verdict)
  }

  onHead(attempt: Attempt): void {
    const { status } = attempt
    if (this.#wording?.isMisunderstood(attempt.replica, attempt.isOwnDialect, status) === true) {
      this.#askInOtherWords(attempt)
      return
    }
    const hasForgotten = status === 404 && this.#adapterOf(attempt.model) !== null
    if (status < 500 && status !== 429 && !hasForgotten) return
    const after = parseRetryAfter(fieldValue(attempt.headers, 'retry-after'), Date.now())
    const failure = { kind: 'status', status, retryAfterMs: after } as const
    // What an engine says of its own failures stays in the house.
    if (status >= 500) attempt.replica.lastError = `status ${status}`
    this.#afterFailure(failure, attempt)
  }

  onData(attempt: Attempt, piece: Buffer): void {
    this.#finish(attempt)
    this.#owner.onData(attempt, piece)
  }

  onEnd(attempt: Attempt): void {
    this.#finish(attempt)
    this.#owner.onEnd(attempt)
  }

  onFailure(attempt: Attempt, failure: UpstreamFailure): void {
    if (failure.kind === 'reset') this.#broken = attempt.replica
    this.#afterFailure(failure, attempt)
  }

  /** The attempt answers; whoever else was asked is let go. */
  #finish(winner: Attempt): void {
    this.#running.splice(this.#running.indexOf(winner), 1)
    this.close('none')
    winner.owner = this.#owner
    winner.answered()
    this.#owner.onAnswer(winner)
  }

  /** Whether it is for the canary of a model. */
  #isForCanary(model: ServedModel, split: VariantSplit): boolean {
    if (this.#drawn < 0) this.#drawn = split.draw(this.#sessionOf(model))
    return split.isForCanary(this.#drawn)
  }

  /** Names those that have the same adapter and no canary; null for who may go to any replica. */
  #groupAmong(model: ServedModel): string | null {
    const { split } = model
    const adapter = this.#adapterOf(model)
    const isStable = split !== null && !this.#isForCanary(model, split)
    return adapter === null && !isStable ? null : `${isStable ? 'stable' : ''} ${adapter ?? ''}`
  }

  #choose(model: ServedModel, isLastResort = false): ReplicaHandle | NoChoice {
    const { split } = model
    if (split === null) return this.#chooseAmong(model, null, isLastResort)
    const isForCanary = this.#isForCanary(model, split)
    const choice = this.#chooseAmong(model, !isForCanary, isLastResort)
    if (typeof choice !== 'string') return choice
    // A canary never gets more than its share because others are busy; only where it alone answers.
    return choice === 'all_full' && !isForCanary ? choice : this.#chooseAmong(model, null, isLastResort)
  }

  /** @param without the variant that is passed over: whether it is the canary; null where all count */
  #chooseAmong(model: ServedModel, without: boolean | null, isLastResort: boolean): ReplicaHandle | NoChoice {
    const { replicas, takesTurns, router } = model
    const adapter = this.#adapterOf(model)
    this.#chosen = unweighed
    if (router !== null && !isLastResort && (replicas.length > 1 || model.prefillers.length > 0)) {
      const routed = this.#askingOf(model, without)
      const choice = router.choose(replicas, routed)
      this.#chosen = { routed, heldBlocks: choice?.heldBlocks ?? 0, reason: choice?.reason ?? null }
      if (choice !== null) return choice.replica
    }
    const isExcluded = (replica: ReplicaHandle) =>
      replica.isCanary === without || lacks(replica, adapter) || this.#tried.includes(replica)
    return chooseReplica(replicas, model.nextTurn(), model, isExcluded, { isLastResort, takesTurns })
  }

  /** What the model's policy is told. */
  #askingOf(model: ServedModel, without: boolean | null): RoutedRequest {
    const { expectedOutputTokens } = model
    const prompt = this.#wording?.prompt ?? null
    const adapter = this.#adapterOf(model)
    const blocks = this.#blocksFor(model)
    return {
      blocks,
      exact: this.#exactFor(model, blocks),
      adapter,
      prefixHash: model.router?.hashesPrompts === true ? this.#prefixHashFor(model) : 0,
      promptBytes: prompt === null ? 0 : prompt.end - prompt.start,
      session: this.#sessionOf(model),
      expectedOutputTokens,
      isExcluded: (replica) =>
        replica.ownRequests >= model.limitOf(replica) ||
        replica.isCanary === without ||
        lacks(replica, adapter) ||
        this.#tried.includes(replica),
    }
  }

  /** What has no prompt to see goes to one after another. */
  #prefixHashFor(model: ServedModel): number {
    const prompt = this.#wording?.prompt ?? null
    return prompt === null ? model.nextTurn() : hashBeginning(prompt)
  }

  /** What names its session; null where it has none, or sessions do not stay. */
  #sessionOf({ model, keepsSessions }: ServedModel): string | null {
    return keepsSessions ? (this.#wording?.header(model.routing.session.header) ?? null) : null
  }

  /** The prompt as engines have it; null where nobody looks it up. */
  #exactFor(model: ServedModel, blocks: RoutedPrompt | null): RoutedRequest['exact'] {
    const prompts = model.router?.exact ?? null
    const wording = this.#wording
    if (blocks === null || prompts === null || wording === null) return null
    return prompts.read(wording, () => wording.renderableFor(model), this.#adapterOf(model))
  }

  /** The prompt's blocks; null where they are of no use. */
  #blocksFor(model: ServedModel): RoutedPrompt | null {
    const prefixes = model.router?.prefixes ?? null
    if (prefixes === null || this.#wording === null) return null
    if (model.replicas.length < 2 && model.prefillers.length === 0) return null
    return prefixes.read(this.#wording, this.#adapterOf(model))
  }

  /** What a replica is sent; null where it cannot be put to it, which ends the search unless another attempt runs. */
  #speak(model: ServedModel, replica: ReplicaHandle, inPlaceOf: Attempt | null = null): SpokenQuestion | null {
    try {
      if (this.#wording === null) throw new Error('a search that is over asked a replica')
      return this.#wording.for(model, replica)
    } catch (error) {
      if (this.#running.some((other) => other !== inPlaceOf)) return null
      this.close('none')
      this.#owner.onFault(error)
      return null
    }
  }

  /**
   * Asks a replica, or another one where other threads have filled it meanwhile.
   * @returns whether one was asked
   */
  #ask(wanted: ReplicaHandle): boolean {
    const model = this.#model
    let replica = wanted
    let permit = replica.acquire(model.limitOf(replica))
    while (permit === null) {
      const other = this.#choose(model)
      if (typeof other === 'string') {
        if (this.#running.length > 0) return false
        // A retry waits as others do, for any replica.
        this.#tried.length = 0
        this.#begin('all_full')
        return false
      }
      replica = other
      permit = replica.acquire(model.limitOf(replica))
    }
    return this.#askWith(permit, replica)
  }

  #askWith(permit: Permit, replica: ReplicaHandle): boolean {
    const model = this.#model
    const spoken = this.#speak(model, replica)
    if (spoken === null) {
      permit.release()
      return false
    }
    this.attempts += 1
    this.#triesOfModel += 1
    if (!this.#tried.includes(replica)) this.#tried.push(replica)
    const { hedgeAfter } = model.model.retry
    this.#lookForSilence(performance.now() + model.model.deadlines.ttft)
    if (hedgeAfter !== undefined && !this.#hasHedged && this.#wording?.isRepeatable === true) {
      this.#hedgeAt = performance.now() + hedgeAfter
    }
    this.#owner.onDueChanged()
    const attempt = new Attempt(this, model, replica, permit, spoken)
    attempt.number = this.attempts
    const { routed, heldBlocks, reason } = this.#chosen
    const blocks = this.#blocksFor(model)
    const uncached = blocks === null ? 0 : blocks.blocks - heldBlocks
    if (model.router !== null && routed !== null) {
      if (reason !== null) model.series.chosen(reason).add(1)
      attempt.choice = reason
      const { state, promptTokens, prediction } = model.router.sent(
        model.replicas,
        routed,
        replica,
        heldBlocks,
        reason ?? 'turn',
      )
      attempt.sent = state
      attempt.promptTokens = promptTokens
      attempt.prediction = prediction
      attempt.expectTokens(Math.ceil(routed.promptBytes / bytesPerToken + model.expectedOutputTokens))
    }
    // Behind what is kept of the choice above, since it looks the prompt up anew.
    const route = this.#routeFor(attempt, spoken)
    // One that gets its blocks from another replica reports all of them as cached.
    if (route?.isSplit === true) attempt.prediction = null
    if (blocks !== null) {
      if (route?.isSplit !== true) attempt.expectPrefill(uncached)
      model.series.promptBlocks.add(blocks.blocks)
      model.series.heldBlocks.add(heldBlocks)
    }
    this.#running.push(attempt)
    this.#send(attempt, spoken, route, uncached)
    return true
  }

  /** How a model with prefill replicas is asked; null for all others. */
  #routeFor({ model, replica: decode, sent }: Attempt, { request }: SpokenQuestion): Route | null {
    if (model.prefillers.length === 0) return null
    const prompt = this.#wording?.prompt ?? null
    const blocks = this.#blocksFor(model)
    const question = {
      request,
      decode,
      promptBytes: prompt === null ? 0 : prompt.end - prompt.start,
      blocks,
      exact: this.#exactFor(model, blocks),
      prompts: model.router?.exact ?? null,
      heldBlocks: this.#chosen.heldBlocks,
      uncachedTokens: sent?.uncachedTokens ?? null,
      isSecondTry: this.#running.length > 0,
    }
    return model.disaggregation.route(question, model.prefillers, model, (bytes) => model.estimatePromptTokens(bytes))
  }

  /** Its engine has nothing at the path: that is no failure, and the same try goes on. */
  #askInOtherWords(attempt: Attempt): void {
    const { model, replica } = attempt
    const spoken = this.#speak(model, replica, attempt)
    if (spoken !== null) this.#send(attempt, spoken, this.#routeFor(attempt, spoken))
    else if (!this.#isOver) this.#remove(attempt, 'none')
  }

  #send(attempt: Attempt, spoken: SpokenQuestion, route: Route | null, blocks = 0): void {
    try {
      attempt.send(spoken, route, blocks)
    } catch (error) {
      this.#owner.onFault(error)
    }
  }

  /** The next model that has a replica to ask. */
  #findFallback(): Fallback | null {
    for (const model of this.#models.slice(this.#models.indexOf(this.#model) + 1)) {
      if (model.room.length > 0) continue
      const replica = this.#choose(model)
      if (typeof replica !== 'string') return { model, replica, chosen: this.#chosen }
    }
    return null
  }

  #askFallback({ model, replica, chosen }: Fallback): void {
    this.#chosen = chosen
    this.#model.series.fallbacks.add(1)
    this.#model = model
    this.#triesOfModel = 0
    this.#broken = null
    this.#ask(replica)
  }

  /** Asks a second replica beside the one that is slow. */
  #hedge(): void {
    this.#hedgeAt = Infinity
    const { model, retryBudget, series, room } = this.#model
    if (this.#triesOfModel >= model.retry.attempts || this.#running.length !== 1 || room.length > 0) return
    const replica = this.#choose(this.#model)
    if (typeof replica === 'string') return
    if (!retryBudget.isLeft) {
      series.retriesDenied.add(1)
      return
    }
    this.#hasHedged = true
    if (!this.#ask(replica)) return
    retryBudget.noteRetry()
    series.hedges.add(1)
  }

  /** Before the first byte: asks another replica, or gives up. */
  #afterFailure(failure: TryFailure, attempt: Attempt | null): void {
    const isRivalRunning = this.#running.some((other) => other !== attempt)
    if (isRivalRunning) {
      if (attempt !== null) this.#drop(attempt, failure)
      return
    }
    const served = this.#model
    const wasTrial = attempt?.replica.isCanary === true
    // Who met a failure of the canary is not tried on it again.
    if (wasTrial) this.#drawn = 1
    const other = this.#choose(served)
    const chosen = this.#chosen
    const fallback = this.#findFallback()
    // Nothing was wrong with the engine: such retries add no load, and come in bursts when many connections close.
    const isFree = failure.kind !== 'status' && failure.isStale === true
    const isWithinBudget = isFree || served.retryBudget.isLeft
    const step = nextStep(failure, {
      settings: served.model.retry,
      tries: this.#triesOfModel,
      isWithinBudget,
      hasOther: typeof other !== 'string',
      hasBroken: this.#broken?.isReachable === true,
      hasFallback: fallback !== null,
      isOfAdapter: this.#adapterOf(served) !== null,
      isTrial: wasTrial && typeof other !== 'string' && !other.isCanary,
      isRepeatable: this.#wording?.isRepeatable === true,
      random: Math.random(),
    })
    // It goes on to wait for the replica that fell silent.
    if (failure.kind === 'silent' && step.kind === 'relay') return
    if (!isWithinBudget) served.series.retriesDenied.add(1)
    this.#hedgeAt = Infinity
    if (step.kind === 'relay') return
    if (attempt !== null) this.#drop(attempt, failure)
    const refusal = failureRefusal(failure)
    if (step.kind === 'refuse') {
      this.#exhaust(refusal)
      return
    }
    if (!isFree) served.retryBudget.noteRetry()
    served.series.retried(refusal.code).add(1)
    // A model that may answer in its place was chosen for too.
    this.#chosen = step.kind === 'elsewhere' ? chosen : { ...chosen, heldBlocks: 0, reason: null }
    if (step.kind === 'elsewhere' && typeof other !== 'string') this.#ask(other)
    else if (step.kind === 'fallback' && fallback !== null) this.#askFallback(fallback)
    else if (step.kind === 'same') this.#askLater(attempt?.replica ?? null, step.delayMs)
    else if (step.kind === 'broken') this.#askLater(this.#broken, step.delayMs)
  }

  #askLater(replica: ReplicaHandle | null, delayMs: number): void {
    this.#broken = null
    if (delayMs === 0 && replica !== null) {
      this.#ask(replica)
      return
    }
    this.#retryOn = replica
    this.#retryAt = performance.now() + delayMs
    this.#owner.onDueChanged()
  }

  #drop(attempt: Attempt, failure: TryFailure): void {
    this.#remove(attempt, verdictOn(failure))
  }

  #remove(attempt: Attempt, verdict: Verdict): void {
    this.#running.splice(this.#running.indexOf(attempt), 1)
    attempt.end(verdict)
  }

  #exhaust(refusal: Refusal): void {
    this.close('none')
    this.#owner.onExhausted(refusal)
  }
}

/** Whether a replica has not loaded the adapter that is asked for. */
const lacks = (replica: ReplicaHandle, adapter: string | null): boolean =>
  adapter !== null && !replica.adapters.has(adapter)

/** What a failed try says of its replica: one that is busy is not broken. */
function verdictOn(failure: TryFailure): Verdict {
  if (failure.kind === 'silent') return 'failure'
  if (failure.kind !== 'status') return 'broken'
  return failure.status < 500 ? 'none' : 'failure'
}
