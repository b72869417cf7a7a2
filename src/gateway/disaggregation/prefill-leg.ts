import type { Prediction } from '../data-plane/exact-prompts.ts'
import type { JudgedRequest, Verdict } from '../data-plane/outlier.ts'
import type { Permit, ReplicaHandle } from '../data-plane/replica-handle.ts'
import type {
  UpstreamCall,
  UpstreamFailure,
  UpstreamHandler,
  UpstreamRequest,
} from '../data-plane/upstream/contract.ts'

/** A replica that is to compute a prompt, with its permit. */
export interface ChosenPrefill {
  readonly replica: ReplicaHandle
  readonly permit: Permit
  /** Blocks that it computes. */
  readonly blocks: number
  /** What it was predicted to hold; null where its engine's cache is not known. */
  readonly prediction: Prediction | null
}

/** Why a prefill leg came to nothing. */
export type PrefillFailure = 'prefill_connect' | 'prefill_died' | 'prefill_status' | 'prefill_answer'

/** Who hears of a prefill leg; nothing after `end`. */
export interface PrefillListener {
  onPrefilled(answer: Buffer): void
  onPrefillFailure(reason: PrefillFailure): void
}

/** A million tokens in blocks of 16 are told in half of this. */
const answerLimitBytes = 1024 * 1024

/** The half of a request that computes its prompt. It holds its permit from its making until `end`, once. */
export class PrefillLeg implements UpstreamHandler {
  readonly #listener: PrefillListener
  readonly #chosen: ChosenPrefill
  #judged: JudgedRequest
  #call: UpstreamCall | null = null
  #status = 0
  readonly #pieces: Buffer[] = []
  #bytes = 0
  isOver = false

  constructor(chosen: ChosenPrefill, listener: PrefillListener) {
    const { replica, blocks } = chosen
    this.#chosen = chosen
    this.#listener = listener
    replica.noteRequest()
    replica.counts.addPendingBlocks(blocks)
    this.#judged = { isTrial: replica.outlier.begin(), startedAt: performance.now() }
  }

  send(request: UpstreamRequest): void {
    this.#call = this.#chosen.replica.client.send(request, this)
  }

  /** Ends it, once: what is under way is broken off, the permit goes back, the replica is judged. */
  end(verdict: Verdict): void {
    if (this.isOver) return
    this.isOver = true
    const { replica, permit, blocks } = this.#chosen
    this.#call?.abort()
    this.#call = null
    permit.release()
    replica.counts.addPendingBlocks(-blocks)
    replica.outlier.end(verdict, this.#judged)
  }

  onHead(status: number): void {
    this.#status = status
    this.#chosen.replica.outlier.answered(this.#judged.isTrial)
    if (this.#judged.isTrial) this.#judged = { ...this.#judged, isTrial: false }
    if (status < 400) return
    // Its answer is of no use; one that is busy is not broken.
    if (status >= 500) this.#chosen.replica.lastError = `status ${status}`
    this.#fail('prefill_status', status >= 500 && status !== 503 ? 'failure' : 'none')
  }

  onData(piece: Buffer): void {
    this.#bytes += piece.length
    if (this.#bytes > answerLimitBytes) this.#fail('prefill_answer', 'failure')
    else this.#pieces.push(Buffer.from(piece))
  }

  onEnd(): void {
    this.#call = null
    if (this.#status >= 300) {
      this.#fail('prefill_status', 'failure')
      return
    }
    this.end('success')
    this.#listener.onPrefilled(Buffer.concat(this.#pieces))
  }

  onFailure({ kind, detail }: UpstreamFailure): void {
    this.#call = null
    const { replica } = this.#chosen
    replica.lastError = detail
    if (kind === 'connect') replica.onConnectFailure(detail)
    this.#fail(kind === 'connect' ? 'prefill_connect' : 'prefill_died', 'broken')
  }

  #fail(reason: PrefillFailure, verdict: Verdict): void {
    this.end(verdict)
    this.#listener.onPrefillFailure(reason)
  }
}
