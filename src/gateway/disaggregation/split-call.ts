import { fieldValue } from '../data-plane/http1/fields.ts'
import type { ObjectMembers } from '../data-plane/json/top-level-members.ts'
import type {
  UpstreamCall,
  UpstreamClient,
  UpstreamFailure,
  UpstreamHandler,
  UpstreamRequest,
} from '../data-plane/upstream/contract.ts'
import type { Verdict } from '../data-plane/outlier.ts'
import { CachedTokens } from './cached-tokens.ts'
import type { Connector, Leg, PairFacts } from './connectors/contract.ts'
import { decodeBody, prefillBody, readPrefillAnswer, type PrefillAnswer } from './leg-bodies.ts'
import { PrefillLeg, type ChosenPrefill, type PrefillFailure, type PrefillListener } from './prefill-leg.ts'

/** Why a request that was to be served by a pair was served by its decode replica alone. */
export type FallBackReason =
  | PrefillFailure
  | 'prefill_timeout'
  | 'no_params'
  | 'not_acquainted'
  | 'decode_refused'
  | 'decode_timeout'

/** Everything that a request by a pair takes. */
export interface SplitParts {
  readonly connector: Connector
  /** The request as the decode replica would get it alone; its body's memory is held until it is of no more use. */
  readonly request: UpstreamRequest & { readonly body: Buffer }
  readonly members: ObjectMembers
  readonly isStream: boolean
  readonly decode: UpstreamClient
  readonly prefill: ChosenPrefill
  readonly facts: PairFacts
  /**
   * Makes the acquaintance of the prefill replica where the connector asks for that first; null where it need not.
   * @returns breaks it off
   */
  readonly acquaint: ((onKnown: (known: string | null) => void) => () => void) | null
  /** Longest wait for the prefill leg, and for the first byte of a stream. */
  readonly patienceMs: number
  readonly prefillPatienceMs: number
  readonly events: SplitEvents
}

/** Told of how it goes. */
export interface SplitEvents {
  /** @param answer null where it was not understood */
  onPrefilled(ms: number, answer: PrefillAnswer | null): void
  onFallBack(reason: FallBackReason): void
  /** The first byte of a stream is there. */
  onFirstByte(ms: number): void
}

/**
 * One request by two replicas, as one call: the prefill leg, then or beside it the decode leg, whose answer is the
 * handler's. Whatever becomes of the prefill, the decode replica is asked alone when the pair fails, once, and before
 * the handler has heard anything.
 */
export class SplitCall implements UpstreamCall, UpstreamHandler, PrefillListener {
  readonly #parts: SplitParts
  readonly #handler: UpstreamHandler
  readonly #prefill: PrefillLeg
  readonly #startedAt = performance.now()
  #facts: PairFacts
  #timer: NodeJS.Timeout | undefined
  #endAcquaintance: (() => void) | null = null
  #decode: UpstreamCall | null = null
  /** What the decode replica would be asked alone; null once it answers or is asked so. */
  #whole: SplitParts['request'] | null
  /** Head of the decode leg, until something follows it. */
  #head: { readonly status: number; readonly headers: readonly string[] } | null = null
  #cached: CachedTokens | null = null
  #isAlone = false
  /** Whether it was broken off, as the handler may do when it hears of the head. */
  #isOver = false

  constructor(parts: SplitParts, handler: UpstreamHandler) {
    this.#parts = parts
    this.#handler = handler
    this.#facts = parts.facts
    this.#whole = parts.request
    this.#prefill = new PrefillLeg(parts.prefill, this)
    this.#arm(parts.prefillPatienceMs)
    if (parts.acquaint === null) {
      this.#begin()
      return
    }
    this.#endAcquaintance = parts.acquaint((known) => {
      this.#endAcquaintance = null
      this.#facts = { ...this.#facts, known }
      if (known === null) this.#fallBack('not_acquainted', 'none')
      else this.#begin()
    })
  }

  pause(): void {
    this.#decode?.pause()
  }

  resume(): void {
    this.#decode?.resume()
  }

  abort(): void {
    this.#isOver = true
    this.#decode?.abort()
    this.#end()
  }

  #begin(): void {
    const { connector, request, members } = this.#parts
    const { fields, headers } = connector.prefill(this.#facts)
    const body = prefillBody(request.body, members, connector.ownFields, fields)
    this.#prefill.send({ ...request, headers: withHeaders(request.headers, headers), body, memory: null })
    const leg = connector.isConcurrent ? connector.decode(this.#facts, null) : null
    if (leg !== null) this.#sendDecode(leg)
  }

  #sendDecode({ fields, headers }: Leg): void {
    const { connector, request, members, decode } = this.#parts
    const body = decodeBody(request.body, members, connector.ownFields, fields)
    this.#decode = decode.send({ ...request, headers: withHeaders(request.headers, headers), body, memory: null }, this)
  }

  onPrefilled(answer: Buffer): void {
    const { connector, events, isStream, patienceMs } = this.#parts
    const elapsedMs = performance.now() - this.#startedAt
    const read = readPrefillAnswer(answer)
    events.onPrefilled(elapsedMs, read)
    // An answer in one piece has no first byte before it is complete; its deadline is the exchange's.
    clearTimeout(this.#timer)
    if (isStream && this.#whole !== null) this.#arm(patienceMs - elapsedMs)
    if (this.#decode !== null) return
    const leg = read === null ? null : connector.decode(this.#facts, read.params)
    if (read === null || leg === null) {
      this.#fallBack('no_params', 'none')
      return
    }
    const cachedTokens = read.usage?.cachedTokens
    if (cachedTokens !== undefined) this.#cached = new CachedTokens(cachedTokens)
    this.#sendDecode(leg)
  }

  onPrefillFailure(reason: PrefillFailure): void {
    // The decode replica has all that it needs when it answers.
    if (this.#whole !== null) this.#fallBack(reason, 'none')
  }

  onHead(status: number, headers: readonly string[]): void {
    if (this.#isAlone) {
      this.#handler.onHead(status, headers)
      return
    }
    // One that is busy is for the search to ask elsewhere; what else it has against the request may be the transfer.
    if (status >= 400 && status !== 429 && status !== 503) this.#fallBack('decode_refused', 'none')
    else this.#head = { status, headers }
  }

  onData(piece: Buffer): void {
    if (this.#head !== null && beginsWithError(this.#head.headers, piece)) {
      this.#fallBack('decode_refused', 'none')
      return
    }
    if (!this.#isAlone) this.#settle()
    if (this.#isOver) return
    const shown = this.#cached === null ? piece : this.#cached.take(piece)
    if (shown !== null) this.#handler.onData(shown)
  }

  onEnd(): void {
    if (!this.#isAlone) this.#settle()
    if (this.#isOver) return
    const rest = this.#cached?.rest() ?? null
    if (rest !== null) this.#handler.onData(rest)
    this.#decode = null
    this.#end()
    this.#handler.onEnd()
  }

  onFailure(failure: UpstreamFailure): void {
    this.#decode = null
    this.#end()
    this.#handler.onFailure(failure)
  }

  /** The decode replica answers: nobody else is asked from here on. */
  #settle(): void {
    if (this.#head === null) return
    const { status, headers } = this.#head
    const { events } = this.#parts
    this.#head = null
    clearTimeout(this.#timer)
    this.#letGo()
    if (isEventStream(headers)) events.onFirstByte(performance.now() - this.#startedAt)
    this.#handler.onHead(status, this.#cached === null ? headers : withoutLength(headers))
  }

  /** Asks the decode replica alone, as if there were no other. */
  #fallBack(reason: FallBackReason, verdict: Verdict): void {
    const { events, decode } = this.#parts
    const request = this.#whole
    if (request === null) return
    this.#whole = null
    this.#isAlone = true
    this.#head = null
    this.#cached = null
    this.#decode?.abort()
    this.#stopPrefill(verdict)
    events.onFallBack(reason)
    const { members, connector } = this.#parts
    const body = decodeBody(request.body, members, connector.ownFields, {})
    if (body === request.body) {
      this.#decode = decode.send(request, this)
      return
    }
    request.memory?.release()
    this.#decode = decode.send({ ...request, body, memory: null }, this)
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(
      () => {
        if (this.#prefill.isOver) this.#fallBack('decode_timeout', 'none')
        else this.#fallBack('prefill_timeout', 'failure')
      },
      Math.max(0, ms),
    )
  }

  #stopPrefill(verdict: Verdict): void {
    clearTimeout(this.#timer)
    this.#endAcquaintance?.()
    this.#endAcquaintance = null
    this.#prefill.end(verdict)
  }

  #letGo(): void {
    this.#whole?.memory?.release()
    this.#whole = null
  }

  #end(): void {
    this.#stopPrefill('none')
    this.#letGo()
  }
}

/** An engine that cannot take a prompt over says so within a stream that it has begun (vLLM, `data: {"error":…}`). */
const beginsWithError = (headers: readonly string[], piece: Buffer): boolean =>
  isEventStream(headers) && /^(event: ?error|data: ?\{\s*"error")/.test(piece.toString('latin1', 0, 64))

const isEventStream = (headers: readonly string[]): boolean =>
  fieldValue(headers, 'content-type')?.startsWith('text/event-stream') === true

function withHeaders(fields: readonly string[], others: readonly string[]): readonly string[] {
  if (others.length === 0) return fields
  const names = new Set(others.filter((_, place) => place % 2 === 0))
  return [
    ...fields.flatMap((name, at) => (at % 2 === 1 || names.has(name) ? [] : [name, fields[at + 1] ?? ''])),
    ...others,
  ]
}

const withoutLength = (fields: readonly string[]): readonly string[] =>
  fields.flatMap((name, at) => (at % 2 === 1 || name === 'content-length' ? [] : [name, fields[at + 1] ?? '']))
