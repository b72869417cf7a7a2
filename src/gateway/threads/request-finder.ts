import type { RecordedRequest } from '../../observe/report/index.ts'
import type { WorkerThread } from './worker-thread.ts'

/** A worker answers within a turn of its loop; one that is this busy is done without. */
const patienceMs = 2_000

interface Question {
  readonly open: Set<WorkerThread>
  readonly found: RecordedRequest[]
  readonly done: () => void
}

/** Asks all workers about a request: only the one that served it knows of it. */
export class RequestFinder {
  readonly #questions = new Map<number, Question>()
  #lastId = 0

  /** What is kept of it, the newest first. */
  async find(requestId: string, threads: Iterable<WorkerThread>): Promise<RecordedRequest[]> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const question: Question = { open: new Set(threads), found: [], done: resolve }
    if (question.open.size === 0) return []
    const id = (this.#lastId += 1)
    this.#questions.set(id, question)
    const timer = setTimeout(resolve, patienceMs)
    for (const thread of question.open) thread.post({ type: 'find', id, requestId })
    await promise
    clearTimeout(timer)
    this.#questions.delete(id)
    return question.found.toSorted((one, other) => other.endedAt.localeCompare(one.endedAt))
  }

  take(thread: WorkerThread, id: number, requests: readonly RecordedRequest[]): void {
    const question = this.#questions.get(id)
    question?.found.push(...requests)
    this.#answered(question, thread)
  }

  /** A worker is gone, and what it kept with it. */
  leave(thread: WorkerThread): void {
    for (const question of this.#questions.values()) this.#answered(question, thread)
  }

  #answered(question: Question | undefined, thread: WorkerThread): void {
    question?.open.delete(thread)
    if (question?.open.size === 0) question.done()
  }
}
