import type { Route } from '../disaggregation/index.ts'
import type { ChoiceReason, SentState } from '../../scheduling/index.ts'
import type { Answer } from './answer.ts'
import { DoneMark, endsWithDone, isEndedByClose } from './done-mark.ts'
import type { Prediction } from './exact-prompts.ts'
import type { JudgedRequest, Verdict } from './outlier.ts'
import type { Permit, ReplicaHandle } from './replica-handle.ts'
import type { ServedModel } from './served-model.ts'
import type { UpstreamCall, UpstreamFailure, UpstreamHandler } from './upstream/contract.ts'
import type { SpokenQuestion } from './wording.ts'

const noHeaders: readonly string[] = []

/** Who hears of an attempt: the search until its first byte, the exchange from then on. */
export interface AttemptOwner {
  onHead(attempt: Attempt): void
  onData(attempt: Attempt, piece: Buffer): void
  onEnd(attempt: Attempt): void
  onFailure(attempt: Attempt, failure: UpstreamFailure): void
}

/** One try on one replica. It holds its permit from its making until `end`, whoever calls that first. */
export class Attempt implements UpstreamHandler {
  owner: AttemptOwner
  readonly model: ServedModel
  readonly replica: ReplicaHandle
  status = 0
  /** Of the answer, until it begins. */
  headers: readonly string[] = noHeaders
  /** Takes the answer, once it is the one that the client gets. */
  answer: Answer
  /** Whether it was asked in the client's own words though they could be translated. */
  isOwnDialect: boolean
  readonly #permit: Permit
  #judged: JudgedRequest
  #call: UpstreamCall | null = null
  #endsWithDone = false
  /** Of a stream whose end nothing else tells from its engine's death; null for all others. */
  #done: DoneMark | null = null
  /** Blocks that its replica computes before it answers. */
  #pendingBlocks = 0
  /** Tokens that its replica has in flight for it. */
  #tokens = 0
  /** What its replica had to do before; null where no policy learns from it. */
  sent: SentState | null = null
  /** What its replica was predicted to hold; null where that is not known. */
  prediction: Prediction | null = null
  /** Which of the request’s tries it is, from 1 on. */
  number = 1
  /** Tokens of the prompt as they were taken at the choice; 0 where no policy weighed. */
  promptTokens = 0
  /** Who computes the prompt in place of its replica; null for nobody. */
  prefill: ReplicaHandle | null = null
  /** What decided for its replica; null where no policy did. */
  choice: ChoiceReason | null = null
  #isOver = false

  constructor(owner: AttemptOwner, model: ServedModel, replica: ReplicaHandle, permit: Permit, spoken: SpokenQuestion) {
    this.owner = owner
    this.model = model
    this.replica = replica
    this.answer = spoken.answer
    this.isOwnDialect = spoken.isOwnDialect
    this.#permit = permit
    replica.noteRequest()
    this.#judged = { isTrial: replica.outlier.begin(), startedAt: performance.now() }
  }

  /**
   * Sends it; in other words than before, the second time, with the same permit.
   * @param route how, where another replica may compute the prompt; null where there is none
   * @param blocks of the prompt that its replica computes when the other one does not
   */
  send({ request, answer, isOwnDialect }: SpokenQuestion, route: Route | null, blocks: number): void {
    this.#call?.abort()
    this.#call = null
    this.answer = answer
    this.isOwnDialect = isOwnDialect
    this.#endsWithDone = endsWithDone(request.path)
    if (route === null) {
      this.#call = this.replica.client.send(request, this)
      return
    }
    this.prefill = route.prefill
    this.#call = route.send(this, () => {
      this.prefill = null
      this.expectPrefill(blocks)
    })
  }

  /** Its replica has blocks to compute for it, until its first byte or its end. */
  expectPrefill(blocks: number): void {
    this.#pendingBlocks += blocks
    this.replica.counts.addPendingBlocks(blocks)
  }

  /** Its replica has these tokens to read and to write for it, until its end. */
  expectTokens(tokens: number): void {
    this.#tokens += tokens
    this.replica.counts.addTokens(tokens)
  }

  /** Tokens of the prompt that its replica was taken to hold; null where no policy weighed. */
  get heldTokens(): number | null {
    return this.sent === null ? null : Math.max(0, this.promptTokens - this.sent.uncachedTokens)
  }

  /** Milliseconds of `performance.now` at which it was made. */
  get startedAt(): number {
    return this.#judged.startedAt
  }

  pause(): void {
    this.#call?.pause()
  }

  resume(): void {
    this.#call?.resume()
  }

  /** The first byte of its answer is there. */
  answered(): void {
    this.#endPrefill()
    this.replica.outlier.answered(this.#judged.isTrial)
    if (this.#judged.isTrial) this.#judged = { ...this.#judged, isTrial: false }
  }

  /** Begins to pass its answer on to the client. */
  beginAnswer(): void {
    const { headers } = this
    this.headers = noHeaders
    this.answer.begin(this.status, headers)
  }

  /** Ends it, once: an answer under way is broken off, the permit goes back, the replica is judged. */
  end(verdict: Verdict): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#call?.abort()
    this.#call = null
    this.#permit.release()
    if (this.model.room.length > 0) this.model.room.onRoom()
    this.#endPrefill()
    this.replica.counts.addTokens(-this.#tokens)
    this.#tokens = 0
    this.replica.outlier.end(verdict, this.#judged)
    this.model.split?.ended(this, verdict)
  }

  #endPrefill(): void {
    this.replica.counts.addPendingBlocks(-this.#pendingBlocks)
    this.#pendingBlocks = 0
  }

  onHead(status: number, headers: readonly string[]): void {
    this.status = status
    this.headers = headers
    this.#done = this.#endsWithDone && isEndedByClose(status, headers) ? new DoneMark() : null
    this.owner.onHead(this)
  }

  onData(piece: Buffer): void {
    this.#done?.take(piece)
    this.owner.onData(this, piece)
  }

  onEnd(): void {
    if (this.#done?.isThere === false) {
      this.onFailure({ kind: 'died', detail: 'closed before [DONE]' })
      return
    }
    this.#call = null
    this.owner.onEnd(this)
  }

  onFailure(failure: UpstreamFailure): void {
    this.#call = null
    this.replica.lastError = failure.detail
    if (failure.kind === 'connect') this.replica.onConnectFailure(failure.detail)
    this.owner.onFailure(this, failure)
  }
}
