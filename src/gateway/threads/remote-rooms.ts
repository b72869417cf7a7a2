import type { QueueFigures } from '../data-plane/waiting/queue-figures.ts'
import type { Room, Standing, Ticket, Waiter } from '../data-plane/waiting/room.ts'
import { tellRetryAfter } from '../data-plane/waiting/retry-after.ts'
import type { ServedModel } from '../data-plane/served-model.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { toSharedMs } from './thread-clock.ts'

/**
 * The queues as a worker sees them: they are the control thread's, which is asked for a place and tells whose turn it
 * is. How many wait stands in shared memory, so that a request which need not wait asks nobody.
 */
export class RemoteRooms {
  readonly #post: (message: FromWorker) => void
  readonly #waiters = new Map<number, Waiter>()
  #lastId = 0

  constructor(post: (message: FromWorker) => void) {
    this.#post = post
  }

  /** @param figures of its queue, which the control thread writes */
  create(model: ServedModel, figures: QueueFigures): Room<ServedModel> {
    const { name } = model
    return {
      model,
      get length() {
        return figures.length
      },
      join: (standing, waiter, untilMs) => this.#join(name, standing, waiter, untilMs),
      onRoom: () => this.#post({ type: 'roomCame', model: name }),
      retryAfterSeconds: () => tellRetryAfter(figures),
    }
  }

  /** Takes what the control thread tells of one that waits; one that has left meanwhile has said so. */
  take({ type, id }: Extract<ToWorker, { readonly type: 'turn' | 'queueRefused' }>): void {
    const waiter = this.#waiters.get(id)
    if (type === 'turn') {
      waiter?.onTurn()
      return
    }
    this.#waiters.delete(id)
    waiter?.onRefused()
  }

  #join(model: string, standing: Standing, waiter: Waiter, untilMs: number): Ticket {
    this.#lastId += 1
    const id = this.#lastId
    this.#waiters.set(id, waiter)
    this.#post({ type: 'wait', id, model, standing, untilMs: toSharedMs(untilMs) })
    return {
      leave: (reason) => {
        if (this.#waiters.delete(id)) this.#post({ type: 'leftQueue', id, reason })
      },
      settle: (outcome) => {
        if (!this.#waiters.has(id)) return
        if (outcome !== 'full') this.#waiters.delete(id)
        this.#post({ type: 'turnTaken', id, outcome })
      },
    }
  }
}
