import type { ModelCatalogue } from '../data-plane/model-catalogue.ts'
import type { Ticket, Waiter } from '../data-plane/waiting/room.ts'
import type { FromWorker } from './messages.ts'
import { toOwnMs } from './thread-clock.ts'
import type { WorkerThread } from './worker-thread.ts'

/** What workers tell of those that wait. */
type News = Extract<FromWorker, { readonly type: 'wait' | 'turnTaken' | 'leftQueue' | 'roomCame' }>

/** Requests of workers in the queues of the control thread. Those of a worker that is gone leave with it. */
export class RemoteWaiters {
  readonly #catalogue: ModelCatalogue
  readonly #tickets = new Map<WorkerThread, Map<number, Ticket>>()

  constructor(catalogue: ModelCatalogue) {
    this.#catalogue = catalogue
  }

  /** Takes what a worker tells. */
  take(news: News, thread: WorkerThread): void {
    if (news.type === 'wait') this.#join(news, thread)
    else if (news.type === 'roomCame') this.#catalogue.find(news.model)?.room.onRoom()
    else {
      const tickets = this.#tickets.get(thread)
      const ticket = tickets?.get(news.id)
      // One that has just had to leave for another is not there any more.
      if (ticket === undefined) return
      if (news.type === 'leftQueue') ticket.leave(news.reason)
      else ticket.settle(news.outcome)
      if (news.type === 'leftQueue' || news.outcome !== 'full') tickets?.delete(news.id)
    }
  }

  /** A worker is gone: so are its clients. */
  leave(thread: WorkerThread): void {
    const tickets = this.#tickets.get(thread)
    this.#tickets.delete(thread)
    for (const ticket of tickets?.values() ?? []) ticket.leave('internal')
  }

  #join({ id, model, standing, untilMs }: Extract<News, { readonly type: 'wait' }>, thread: WorkerThread): void {
    let tickets = this.#tickets.get(thread)
    if (tickets === undefined) this.#tickets.set(thread, (tickets = new Map<number, Ticket>()))
    const known = tickets
    let isRefused = false
    const waiter: Waiter = {
      onTurn: () => thread.post({ type: 'turn', id }),
      onRefused() {
        isRefused = true
        known.delete(id)
        thread.post({ type: 'queueRefused', id })
      },
    }
    const ticket = this.#catalogue.find(model)?.room.join(standing, waiter, toOwnMs(untilMs))
    // A reload may have taken the model away meanwhile.
    if (ticket === undefined) waiter.onRefused()
    else if (!isRefused) known.set(id, ticket)
  }
}
