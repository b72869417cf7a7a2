import type { ReplicaHandle } from '../../data-plane/replica-handle.ts'
import type { UpstreamCall } from '../../data-plane/upstream/contract.ts'
import type { WarmUpQuestion } from './warm-up-questions.ts'

/** How a warm-up ended; all but `done` let the replica have its traffic as it is. */
export type WarmUpEnd =
  | { readonly kind: 'done' }
  /** The engine answered with an error, or broke off. */
  | { readonly kind: 'failed'; readonly detail: string }
  | { readonly kind: 'timeout' }

/** Asks one replica the questions of its warm-up, one after the other. */
export class WarmUp {
  readonly #handle: ReplicaHandle
  readonly #onEnd: (end: WarmUpEnd) => void
  readonly #timer: NodeJS.Timeout
  #call: UpstreamCall | null = null
  #isOver = false

  /** @param onEnd told once, unless it is aborted; never before this returns */
  constructor(
    handle: ReplicaHandle,
    questions: readonly (readonly WarmUpQuestion[])[],
    timeoutMs: number,
    onEnd: (end: WarmUpEnd) => void,
  ) {
    this.#handle = handle
    this.#onEnd = onEnd
    this.#timer = setTimeout(() => this.#end({ kind: 'timeout' }), timeoutMs)
    this.#timer.unref()
    this.#ask(questions)
  }

  /** Breaks it off. */
  abort(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#call?.abort()
    this.#call = null
  }

  #ask([alternatives, ...rest]: readonly (readonly WarmUpQuestion[])[]): void {
    const [question, ...others] = alternatives ?? []
    if (question === undefined) return this.#end({ kind: 'done' })
    let status = 0
    const { client, headers } = this.#handle
    this.#call = client.send(
      {
        method: 'POST',
        path: question.path,
        headers: ['content-type', 'application/json', ...headers],
        body: question.body,
      },
      {
        onHead: (received) => (status = received),
        onData: () => {},
        onEnd: () => {
          this.#call = null
          if (status < 400) this.#ask(rest)
          // It does not know this kind of question: it is another kind of model.
          else if (status < 500 && others.length > 0) this.#ask([others, ...rest])
          else this.#end({ kind: 'failed', detail: `status ${status} at ${question.path}` })
        },
        onFailure: ({ detail }) => {
          this.#call = null
          this.#end({ kind: 'failed', detail })
        },
      },
    )
  }

  #end(end: WarmUpEnd): void {
    if (this.#isOver) return
    this.abort()
    this.#onEnd(end)
  }
}
