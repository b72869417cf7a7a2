import type { Reason } from '../../errors/index.ts'
import type { ActiveExchange } from './active-exchanges.ts'
import { admit } from './admit.ts'
import { sendRefusal } from './answer.ts'
import type { Attempt } from './attempt.ts'
import type { BodyMemory } from './body-memory.ts'
import { declaresTooLarge } from './collect-body.ts'
import type { ResponseOwner } from './downstream/client-response.ts'
import { collectQuestion, type CollectedQuestion, type QuestionReceiver } from './collect-question.ts'
import type { DataPlane, ExchangeRequest, PlaneSettings } from './data-plane.ts'
import { decisionField, decisionOf, decisionText } from './decision.ts'
import { Deadline, type DeadlineOwner } from './deadline-wheel.ts'
import { nextDueAt, whatIsDue, type WaitState } from './due-times.ts'
import { errorEvent, errorShapeOf } from './error-body.ts'
import { countEvents } from './event-boundary.ts'
import { deadlineRefusal, failureRefusal, queueTimeoutRefusal } from './exchange-refusals.ts'
import { recordExchange } from './exchange-record.ts'
import { sendComment } from './keep-alive.ts'
import type { Verdict } from './outlier.ts'
import { Refusal } from './refusal.ts'
import { ReplicaSearch, type SearchOwner } from './replica-search.ts'
import { requestTimeoutField, requestTimeoutMs } from './request-timeout.ts'
import type { ServedModel } from './served-model.ts'
import type { UpstreamFailure } from './upstream/contract.ts'
import { UsageTail } from './usage-tail.ts'
import type { Standing } from './waiting/room.ts'
import { standingOf } from './waiting/standing.ts'
import { Wording } from './wording.ts'

/**
 * Where an exchange stands: reading the body; waiting for an engine's first byte, so that another one may be asked
 * still; relaying an answer that has begun; over.
 */
type Phase = 'body' | 'waiting' | 'relaying' | 'over'

/**
 * One request from its first byte to its last. Client, engine and clock may each end it at any moment: whoever comes
 * first ends it, in `#end`, once; there the permits go back and everything is counted.
 */
export class Exchange implements SearchOwner, QuestionReceiver, ActiveExchange, ResponseOwner, DeadlineOwner {
  readonly #plane: DataPlane
  readonly #settings: PlaneSettings
  readonly #asked: ExchangeRequest
  readonly #deadline: Deadline
  readonly #usage = new UsageTail()
  readonly #wait: WaitState

  #phase: Phase = 'body'
  /** The model that was asked for, and from the first byte on the one that answers. */
  #model: ServedModel | null = null
  /** How replicas are asked; gone once one has begun to answer. */
  #wording: Wording | null = null
  #bytesIn = 0
  #bytesOut = 0

  /** Until an answer begins. */
  #search: ReplicaSearch | null = null
  /** In the queue, until it is asked; as long as it waits there still, less the time at which that began. */
  #waitedMs = 0
  /** How many there were, once one of them answers. */
  #attempts = 0
  /** The attempt whose answer is relayed. */
  #attempt: Attempt | null = null

  /** Among those under way. */
  place = -1
  #firstByteAt = 0
  #events = 0

  constructor(plane: DataPlane, asked: ExchangeRequest) {
    this.#plane = plane
    this.#settings = plane.settings
    this.#asked = asked
    this.#wait = {
      deadlines: null,
      totalMs: Infinity,
      isStream: false,
      hasAnswer: false,
      arrivedAt: performance.now(),
      admittedAt: 0,
      lastActivityAt: 0,
      keepAliveAt: Infinity,
      keepAliveAfterMs: plane.settings.keepAliveAfterMs,
      isPaused: false,
    }
    this.#deadline = new Deadline(this)
  }

  /** Begins; everything after this is driven by events. */
  start(): void {
    const { request, response } = this.#asked
    const { bodyLimitBytes } = this.#settings
    this.#plane.exchanges.add(this)
    response.owner = this
    if (declaresTooLarge(request, bodyLimitBytes)) {
      this.onBodyTooLarge()
      return
    }
    if (request.head.expectsContinue) response.writeContinue()
    collectQuestion(this.#asked, bodyLimitBytes, this)
  }

  onBodyTooLarge(): void {
    const { bodyLimitBytes } = this.#settings
    this.#plane.onBodyTooLarge()
    const message = `The request body is larger than ${bodyLimitBytes} bytes, the limit of this gateway.`
    this.#giveUp(new Refusal('body_too_large', message), 'none')
  }

  onBody(bytes: Buffer, memory: BodyMemory): void {
    this.onQuestion({ kind: 'json', bytes, memory })
  }

  onRefused(refusal: Refusal): void {
    if (this.#phase === 'body') this.#refuse(refusal)
  }

  onQuestion(question: CollectedQuestion): void {
    if (this.#phase !== 'body') return
    const { request } = this.#asked
    this.#bytesIn = question.kind === 'none' ? 0 : question.bytes.length
    try {
      const admitted = admit(question, this.#asked, this.#plane.catalogue)
      const { model, fallbacks } = admitted
      this.#model = model
      this.#wait.isStream = admitted.isStream
      const limitMs = requestTimeoutMs(request.header(requestTimeoutField))
      this.#wait.deadlines = model.model.deadlines
      this.#wait.totalMs = Math.min(model.model.deadlines.total, limitMs)
      this.#wording = new Wording(this.#asked, admitted)
      this.#phase = 'waiting'
      this.#wait.admittedAt = performance.now()
      if (this.#mayBeginEarly) this.#planKeepAlive(this.#wait.admittedAt)
      this.#search = new ReplicaSearch(this, this.#wording, model, fallbacks)
      this.#search.start()
      this.#armDeadline()
    } catch (error) {
      this.onFault(error)
    }
  }

  onDueChanged(): void {
    this.#armDeadline()
  }

  standingFor(model: ServedModel, group: string | null): Standing {
    return { ...standingOf(this.#asked, model, this.#bytesIn, this.#settings.highestPriority), group }
  }

  /** The engine has its time from when it is asked. */
  onWaiting(isWaiting: boolean): void {
    const now = performance.now()
    this.#waitedMs += isWaiting ? -now : now
    this.#wait.admittedAt = isWaiting ? Infinity : now
  }

  onExhausted(refusal: Refusal): void {
    this.#giveUp(refusal, 'none')
  }

  /** The first byte is about to come: nobody else is asked from here on. */
  onAnswer(attempt: Attempt): void {
    const now = performance.now()
    this.#phase = 'relaying'
    this.#attempt = attempt
    const asked = this.#model
    this.#model = attempt.model
    this.#firstByteAt = now
    this.#wait.deadlines = attempt.model.model.deadlines
    this.#wait.hasAnswer = true
    this.#wait.lastActivityAt = now
    this.#wording = null
    this.#attempts = this.#search?.attempts ?? 0
    this.#search = null
    this.#asked.request.forgetFields()
    try {
      if (attempt.model.model.routing.decisionHeader) this.#tellDecision(attempt, asked)
      attempt.beginAnswer()
      this.#planKeepAlive(now)
      this.#armDeadline()
    } catch (error) {
      this.onFault(error)
    }
  }

  /** @param asked the model that was asked for */
  #tellDecision(attempt: Attempt, asked: ServedModel | null): void {
    this.#asked.response.setHeader(decisionField, decisionText(decisionOf(attempt, asked, this.#waitedMs)))
  }

  onHead(): void {}

  onData(attempt: Attempt, piece: Buffer): void {
    if (this.#phase !== 'relaying') return
    const now = performance.now()
    this.#wait.lastActivityAt = now
    this.#bytesOut += piece.length
    this.#usage.take(piece)
    if (this.#wait.isStream) {
      const events = countEvents(piece)
      this.#events += events
      attempt.replica.tokens.add(events, now)
    }
    try {
      if (attempt.answer.write(piece) || this.#wait.isPaused) return
    } catch (error) {
      this.onFault(error)
      return
    }
    this.#wait.isPaused = true
    attempt.pause()
  }

  onEnd(attempt: Attempt): void {
    if (this.#phase !== 'relaying') return
    try {
      attempt.answer.end()
      this.#end(attempt.status, '', attempt.status === 429 ? 'none' : 'success')
    } catch (error) {
      this.onFault(error)
    }
  }

  onFailure(_attempt: Attempt, failure: UpstreamFailure): void {
    this.#giveUp(failureRefusal(failure), 'broken')
  }

  onClientReads(): void {
    if (!this.#wait.isPaused || this.#phase === 'over') return
    this.#wait.isPaused = false
    this.#wait.lastActivityAt = performance.now()
    this.#attempt?.resume()
    this.#armDeadline()
  }

  onClientClosed(): void {
    if (this.#phase === 'over') return
    this.#end(this.#asked.response.headersSent ? this.#sentStatus : 499, 'client_closed', 'none')
  }

  /** The status that the client was told, once it was told one. */
  get #sentStatus(): number {
    return this.#asked.response.statusCode
  }

  /** Whether a stream can be told 200 before its engine has: only where we know that the answer will be events. */
  get #mayBeginEarly(): boolean {
    return this.#asked.bodyKind === 'json' && !this.#asked.isUnknownPath
  }

  /** When a silent engine's client is told that it is not forgotten: only streams have a place for it. */
  #planKeepAlive(now: number): void {
    const { keepAliveAfterMs } = this.#settings
    this.#wait.keepAliveAt = this.#wait.isStream && keepAliveAfterMs > 0 ? now + keepAliveAfterMs : Infinity
  }

  get #searchAt(): number {
    return this.#search?.dueAt ?? Infinity
  }

  /** Activity only notes its time: what is due may have moved away since, and is looked at when the deadline fires. */
  #armDeadline(): void {
    if (this.#phase !== 'over') this.#plane.wheel.hasten(this.#deadline, nextDueAt(this.#wait, this.#searchAt))
  }

  /** After a turn of the loop: what has arrived meanwhile, while the thread was busy, is read first. */
  onDue(): void {
    setImmediate(() => this.#doDue())
  }

  #doDue(): void {
    if (this.#phase === 'over') return
    const now = performance.now()
    if (now < nextDueAt(this.#wait, this.#searchAt)) {
      this.#armDeadline()
      return
    }
    const what = whatIsDue(this.#wait, this.#searchAt)
    if (what === 'keep_alive') {
      this.#keepAlive(now)
    } else if (what === 'search') {
      this.#goOnSearching(now)
    } else if (what === 'deadline_idle' && this.#wait.isPaused) {
      // It is the client that is silent: it has not read for the whole time.
      this.#asked.response.destroy()
      this.#end(this.#sentStatus, 'client_closed', 'none')
    } else if (this.#search?.isWaiting === true) {
      this.#search.endWait()
    } else {
      this.#giveUp(this.#lateRefusal(what), this.#verdictAt(what, now))
    }
  }

  /** Of a request that had its turn so late that there was no time left for an answer, the queue is the reason. */
  #lateRefusal(what: Reason): Refusal {
    const isQueueToBlame =
      what === 'deadline_total' && this.#phase === 'waiting' && this.#waitedMs > this.#wait.totalMs / 2
    if (!isQueueToBlame || this.#model === null) return deadlineRefusal(what)
    return queueTimeoutRefusal(this.#model, this.#model.room.retryAfterSeconds())
  }

  #keepAlive(now: number): void {
    const { response, requestId } = this.#asked
    if (this.#attempt === null) sendComment(response, requestId, this.#search?.isWaking === true)
    else this.#attempt.answer.keepAlive()
    this.#planKeepAlive(now)
    this.#armDeadline()
  }

  #goOnSearching(now: number): void {
    this.#search?.onDue(now)
    this.#armDeadline()
  }

  /**
   * Whether the engine is to blame for a deadline: not where the client's own limit or a long answer was it, or most of
   * the time was over when it was asked.
   */
  #verdictAt(what: Reason, now: number): Verdict {
    if (what !== 'deadline_total') return 'failure'
    const { totalMs, admittedAt } = this.#wait
    const isOurs = totalMs === this.#model?.model.deadlines.total
    return isOurs && this.#phase === 'waiting' && now - admittedAt > totalMs / 2 ? 'failure' : 'none'
  }

  lastOnConnection(): void {
    const { response } = this.#asked
    // Who was told that the connection stays would send the next question into a closing one.
    if (!response.headersSent) response.shouldKeepAlive = false
  }

  abandon(): void {
    if (this.#phase === 'over') return
    this.#giveUp(new Refusal('draining', 'The gateway is stopping.', { retryAfterSeconds: 1 }), 'none')
  }

  /** Tells the client in whatever way is left. */
  #giveUp(refusal: Refusal, verdict: Verdict): void {
    if (this.#phase === 'over') return
    const { response, path } = this.#asked
    if (!response.headersSent) {
      this.#refuse(refusal, verdict)
      return
    }
    if (this.#attempt === null) response.end(errorEvent(refusal, errorShapeOf(path)))
    else this.#attempt.answer.fail(refusal)
    this.#end(this.#sentStatus, refusal.code, verdict)
    this.#discardBody()
  }

  /** A refusal is sent as such; anything else is a fault of ours. */
  onFault(error: unknown): void {
    if (error instanceof Refusal) {
      this.#giveUp(error, 'none')
      return
    }
    this.#plane.onFault(error, this.#asked.requestId)
    this.#giveUp(new Refusal('internal', 'The gateway failed to handle this request.'), 'none')
  }

  /** Answers with an error of ours: nothing was sent yet. */
  #refuse(refusal: Refusal, verdict: Verdict = 'none'): void {
    if (this.#phase === 'over') return
    const { response, requestId, path } = this.#asked
    this.#end(refusal.status, refusal.code, verdict)
    sendRefusal(response, refusal, requestId, errorShapeOf(path))
    this.#discardBody()
  }

  #discardBody(): void {
    this.#asked.request.discard(2 * this.#settings.bodyLimitBytes)
  }

  /** The one end of every exchange. */
  #end(status: number, reason: Reason | '', verdict: Verdict): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    const search = this.#search
    const attempt = this.#attempt
    const replica = attempt?.replica ?? search?.lastReplica ?? null
    this.#attempt?.end(verdict)
    search?.close(verdict, reason)
    this.#attempt = null
    this.#search = null
    this.#wording?.release()
    this.#wording = null
    this.#plane.wheel.cancel(this.#deadline)
    this.#plane.exchanges.delete(this)
    recordExchange(this.#plane, this.#asked, {
      status,
      reason,
      model: this.#model,
      replica,
      attempt,
      isStream: this.#wait.isStream,
      attempts: search?.attempts ?? this.#attempts,
      // One that left the queue has not told how long it was there.
      waitedMs: this.#waitedMs < 0 ? this.#waitedMs + performance.now() : this.#waitedMs,
      firstByteAt: this.#firstByteAt,
      arrivedAt: this.#wait.arrivedAt,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      events: this.#events,
      usage: this.#usage.end(),
    })
  }
}
