import type { Reason } from '../../errors/index.ts'
import { admit } from './admit.ts'
import { sendRefusal, type Answer } from './answer.ts'
import { chooseReplica } from './choose-replica.ts'
import { declaresTooLarge, discardBody } from './collect-body.ts'
import { collectQuestion, type CollectedQuestion, type QuestionReceiver } from './collect-question.ts'
import type { ActiveExchange, DataPlane, ExchangeRequest } from './data-plane.ts'
import { Deadline } from './deadline-wheel.ts'
import { errorShapeOf } from './error-body.ts'
import { countEvents } from './event-boundary.ts'
import { deadlineRefusal, noChoiceRefusal } from './exchange-refusals.ts'
import { headersForEngine, headerValue } from './forwarded-headers.ts'
import { Refusal } from './refusal.ts'
import type { Permit, ReplicaHandle } from './replica-handle.ts'
import type { ServedModel } from './served-model.ts'
import type { UpstreamCall, UpstreamFailure, UpstreamHandler } from './upstream/contract.ts'
import { UsageTail } from './usage-tail.ts'
import { Wording, type SpokenQuestion } from './wording.ts'

/**
 * Where an exchange stands: reading the body; waiting for an engine's first byte, so that another one may be asked
 * still; relaying an answer that has begun; over.
 */
type Phase = 'body' | 'waiting' | 'relaying' | 'over'

/** An engine that answers so may be passed over for another: its gateway's or its own way to say "not now". */
const isRetryableStatus = (status: number): boolean => status === 502 || status === 503 || status === 504

/**
 * One request from its first byte to its last. Client, engine and clock may each end it at any moment: whoever comes
 * first ends it, in `#end`, once; there the permit goes back and everything is counted.
 */
export class Exchange implements UpstreamHandler, QuestionReceiver, ActiveExchange {
  readonly #plane: DataPlane
  readonly #asked: ExchangeRequest
  readonly #deadline: Deadline
  readonly #usage = new UsageTail()
  readonly #arrivedAt = performance.now()
  #admittedAt = 0

  #phase: Phase = 'body'
  #model: ServedModel | null = null
  /** How replicas are asked; gone once one has begun to answer. */
  #wording: Wording | null = null
  #spoken: SpokenQuestion | null = null
  #answer: Answer | null = null
  #isStream = false
  #bytesIn = 0
  #bytesOut = 0

  #replica: ReplicaHandle | null = null
  #permit: Permit | null = null
  #call: UpstreamCall | null = null
  readonly #tried: ReplicaHandle[] = []
  /** A replica whose connection broke before it answered; asked anew when there is no other. */
  #askAgain: ReplicaHandle | null = null
  #attempts = 0
  #lastRefusal: Refusal | null = null

  #status = 0
  #headers: readonly string[] = []
  #firstByteAt = 0
  #lastActivityAt = 0
  #events = 0
  #isPaused = false

  constructor(plane: DataPlane, asked: ExchangeRequest) {
    this.#plane = plane
    this.#asked = asked
    // After a turn of the loop: what has arrived meanwhile, while the thread was busy, is read first.
    this.#deadline = new Deadline(() => setImmediate(() => this.#onDue()))
  }

  /** Begins; everything after this is driven by events. */
  start(): void {
    const { request, response, expectsContinue } = this.#asked
    this.#plane.exchanges.add(this)
    response.on('close', () => this.#onClientClosed())
    response.on('drain', () => this.#onClientReads())
    if (declaresTooLarge(request, this.#plane.bodyLimitBytes)) {
      this.onBodyTooLarge()
      return
    }
    if (expectsContinue) response.writeContinue()
    collectQuestion(this.#asked, this.#plane.bodyLimitBytes, this)
  }

  onBodyTooLarge(): void {
    const { bodyLimitBytes } = this.#plane
    this.#plane.onBodyTooLarge()
    this.#call?.abort()
    const message = `The request body is larger than ${bodyLimitBytes} bytes, the limit of this gateway.`
    this.#refuse(new Refusal('body_too_large', message))
  }

  onRefused(refusal: Refusal): void {
    if (this.#phase === 'body') this.#refuse(refusal)
  }

  onQuestion(question: CollectedQuestion): void {
    if (this.#phase !== 'body') return
    this.#bytesIn = question.kind === 'none' ? 0 : question.bytes.length
    try {
      const admitted = admit(question, this.#asked, this.#plane.catalogue)
      this.#model = admitted.model
      this.#isStream = admitted.isStream
      this.#wording = new Wording(this.#asked, admitted)
      this.#phase = 'waiting'
      this.#admittedAt = performance.now()
      this.#armDeadline()
      this.#attempt()
    } catch (error) {
      this.#fault(error)
    }
  }

  /** Asks the next replica, or gives up. */
  #attempt(): void {
    const replica = this.#choose()
    if (replica === null) return
    this.#attempts += 1
    this.#tried.push(replica)
    this.#replica = replica
    this.#permit = replica.acquire()
    this.#ask(replica)
  }

  #ask(replica: ReplicaHandle): void {
    const { request, requestId } = this.#asked
    const spoken = this.#wording?.for(replica)
    if (spoken === undefined) throw new Error('an exchange that is answered asked again')
    this.#spoken = spoken
    this.#answer = spoken.answer
    const { path, contentType, body } = spoken
    const headers = headersForEngine(request.rawHeaders, request.headers.connection, [
      'x-request-id',
      requestId,
      ...(contentType === null ? [] : ['content-type', contentType]),
      ...replica.headers,
    ])
    this.#call = replica.client.send({ method: request.method === 'GET' ? 'GET' : 'POST', path, headers, body }, this)
  }

  #choose(): ReplicaHandle | null {
    const model = this.#model
    if (model === null) throw new Error('an exchange without a model chose a replica')
    const choice = chooseReplica(model.replicas, model.nextTurn(), model.maxInFlight, (replica) =>
      this.#tried.includes(replica),
    )
    if (typeof choice !== 'string') return choice
    const again = this.#askAgain
    this.#askAgain = null
    if (again?.isAvailable === true) return again
    this.#refuse(this.#lastRefusal ?? noChoiceRefusal(choice, model))
    return null
  }

  onHead(status: number, headers: readonly string[]): void {
    const replica = this.#replica
    if (replica !== null && this.#spoken !== null && this.#wording?.isMisunderstood(replica, this.#spoken, status)) {
      this.#call?.abort()
      try {
        this.#ask(replica)
      } catch (error) {
        this.#fault(error)
      }
      return
    }
    if (status < 500) {
      this.#status = status
      this.#headers = headers
      return
    }
    // What an engine says of its own failures stays in the house.
    const after = Number(headerValue(headers, 'retry-after'))
    const options = after > 0 ? { retryAfterSeconds: Math.ceil(after) } : {}
    const refusal = new Refusal('upstream_error', `The engine failed with status ${status}.`, options)
    this.#call?.abort()
    if (replica !== null) replica.lastError = `status ${status}`
    if (isRetryableStatus(status)) this.#retry(refusal)
    else this.#refuse(refusal)
  }

  onData(piece: Buffer): void {
    const now = performance.now()
    if (this.#phase === 'waiting') this.#beginRelay(now)
    this.#lastActivityAt = now
    this.#bytesOut += piece.length
    this.#usage.take(piece)
    if (this.#isStream) {
      const events = countEvents(piece)
      this.#events += events
      this.#replica?.tokens.add(events, now)
    }
    if (this.#answer?.write(piece) === false && !this.#isPaused) {
      this.#isPaused = true
      this.#call?.pause()
    }
  }

  onEnd(): void {
    if (this.#phase === 'waiting') this.#beginRelay(performance.now())
    try {
      this.#answer?.end()
      this.#end(this.#status, '')
    } catch (error) {
      this.#fault(error)
    }
  }

  onFailure(failure: UpstreamFailure): void {
    const replica = this.#replica
    if (replica !== null) replica.lastError = failure.detail
    if (failure.kind === 'connect') {
      replica?.onConnectFailure(failure.detail)
      this.#retry(new Refusal('upstream_connect', 'The engine cannot be reached.'))
      return
    }
    const refusal = new Refusal('upstream_died', 'The engine broke off before the answer was complete.')
    if (this.#phase === 'relaying') {
      this.#answer?.fail(refusal)
      this.#end(this.#status, refusal.code)
      return
    }
    // A kept connection may close just as it is used (RFC 9112 section 9.3.1): that says nothing of the replica.
    if (failure.kind === 'reset') this.#askAgain = replica
    this.#retry(refusal)
  }

  /** Before the first byte: asks another replica, or refuses. */
  #retry(refusal: Refusal): void {
    this.#permit?.release()
    this.#permit = null
    this.#call = null
    this.#lastRefusal = refusal
    const model = this.#model
    if (model === null || this.#attempts >= model.model.retry.attempts || this.#wording?.isRepeatable !== true) {
      this.#refuse(refusal)
      return
    }
    try {
      model.series.retried(refusal.code).add(1)
      this.#attempt()
    } catch (error) {
      this.#fault(error)
    }
  }

  #beginRelay(now: number): void {
    this.#phase = 'relaying'
    this.#firstByteAt = now
    this.#lastActivityAt = now
    this.#wording = null
    this.#spoken = null
    this.#answer?.begin(this.#status, this.#headers)
    this.#armDeadline()
  }

  #onClientReads(): void {
    if (!this.#isPaused || this.#phase === 'over') return
    this.#isPaused = false
    this.#lastActivityAt = performance.now()
    this.#call?.resume()
  }

  #onClientClosed(): void {
    if (this.#phase === 'over') return
    this.#call?.abort()
    this.#end(this.#phase === 'relaying' ? this.#status : 499, 'client_closed')
  }

  /** When the next deadline is due, and which one it is. */
  #nextDue(): { readonly at: number; readonly reason: Reason } {
    const deadlines = this.#model?.model.deadlines
    if (deadlines === undefined) return { at: Infinity, reason: 'deadline_total' }
    const total = this.#arrivedAt + deadlines.total
    // An answer in one piece has its first byte when it is complete: the total alone bounds it.
    if (this.#phase === 'waiting' && !this.#isStream) return { at: total, reason: 'deadline_total' }
    const phase = this.#phase === 'waiting' ? this.#admittedAt + deadlines.ttft : this.#lastActivityAt + deadlines.idle
    if (total <= phase) return { at: total, reason: 'deadline_total' }
    return { at: phase, reason: this.#phase === 'waiting' ? 'deadline_ttft' : 'deadline_idle' }
  }

  #armDeadline(): void {
    this.#plane.wheel.set(this.#deadline, this.#nextDue().at)
  }

  /** Activity only notes its time; here it is seen whether the deadline has moved meanwhile. */
  #onDue(): void {
    if (this.#phase === 'over') return
    const { at, reason } = this.#nextDue()
    if (performance.now() < at) {
      this.#armDeadline()
      return
    }
    this.#call?.abort()
    if (reason === 'deadline_idle' && this.#isPaused) {
      // It is the client that is silent: it has not read for the whole time.
      this.#asked.response.destroy()
      this.#end(this.#status, 'client_closed')
      return
    }
    this.#giveUp(deadlineRefusal(reason))
  }

  lastOnConnection(): void {
    this.#asked.response.shouldKeepAlive = false
  }

  abandon(): void {
    if (this.#phase === 'over') return
    this.#call?.abort()
    this.#giveUp(new Refusal('draining', 'The gateway is stopping.', { retryAfterSeconds: 1 }))
  }

  #giveUp(refusal: Refusal): void {
    if (this.#phase !== 'relaying') {
      this.#refuse(refusal)
      return
    }
    this.#answer?.fail(refusal)
    this.#end(this.#status, refusal.code)
  }

  /** A refusal is sent as such; anything else is a fault of ours. */
  #fault(error: unknown): void {
    this.#call?.abort()
    if (error instanceof Refusal) {
      this.#refuse(error)
      return
    }
    this.#plane.onFault(error, this.#asked.requestId)
    this.#giveUp(new Refusal('internal', 'The gateway failed to handle this request.'))
  }

  /** Answers with an error of ours: nothing was sent yet. */
  #refuse(refusal: Refusal): void {
    const { request, response, requestId, path } = this.#asked
    this.#end(refusal.status, refusal.code)
    if (response.headersSent) response.destroy()
    else sendRefusal(response, refusal, requestId, errorShapeOf(path))
    discardBody(request, 2 * this.#plane.bodyLimitBytes)
  }

  /** The one end of every exchange. */
  #end(status: number, reason: Reason | ''): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#permit?.release()
    this.#permit = null
    this.#call = null
    this.#wording?.release()
    this.#wording = null
    this.#spoken = null
    this.#plane.wheel.cancel(this.#deadline)
    this.#plane.exchanges.delete(this)
    this.#count(status, reason)
  }

  #count(status: number, reason: Reason | ''): void {
    const now = performance.now()
    const { request, requestId, path, owner } = this.#asked
    const series = this.#model?.series ?? this.#plane.catalogue.unknown
    const durationMs = now - this.#arrivedAt
    const ttftMs = this.#firstByteAt === 0 ? undefined : this.#firstByteAt - this.#arrivedAt
    const usage = this.#firstByteAt === 0 ? undefined : this.#usage.read()
    series.ended(status, reason).add(1)
    series.duration.observe(durationMs / 1000)
    if (this.#isStream && ttftMs !== undefined) series.ttft.observe(ttftMs / 1000)
    if (usage !== undefined) {
      series.inputTokens.add(usage.inputTokens)
      series.outputTokens.add(usage.outputTokens)
      // Events were counted as they came, as an estimate; the difference is made good.
      if (this.#isStream) this.#replica?.tokens.add(usage.outputTokens - this.#events, now)
      else this.#replica?.tokens.addOver(usage.outputTokens, now - this.#admittedAt, now)
    }
    this.#plane.accessLog({
      requestId,
      method: request.method ?? '',
      path,
      status,
      reason,
      model: this.#model?.name ?? 'unknown',
      replica: this.#replica?.id ?? '',
      client: owner?.name ?? '',
      remoteAddress: request.socket.remoteAddress ?? '',
      attempts: this.#attempts,
      durationMs: Math.round(durationMs * 1000) / 1000,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      ttftMs: ttftMs === undefined ? undefined : Math.round(ttftMs * 1000) / 1000,
      inputTokens: usage?.inputTokens,
      outputTokens: usage?.outputTokens,
    })
  }
}
