import { queueCells, QueueFigures } from '../data-plane/waiting/queue-figures.ts'

/** Models that may have a queue over the life of a gateway of several threads; a Fleet has 500 at the most. */
const mostQueues = 4_096

/** The control thread's side of the figures of queues: memory that all threads see, and each model's place in it. */
export class QueuePlaces {
  readonly memory = new SharedArrayBuffer(mostQueues * queueCells * Int32Array.BYTES_PER_ELEMENT)
  readonly #cells = new Int32Array(this.memory)
  readonly #byModel = new Map<string, number>()

  /** The place of a model, the same every time; null where too many models have had one. */
  indexOf(model: string): number | null {
    const known = this.#byModel.get(model)
    if (known !== undefined) return known
    const index = this.#byModel.size
    if (index >= mostQueues) return null
    this.#byModel.set(model, index)
    return index
  }

  /** The figures of a model; of this thread alone where there is no place for them. */
  figuresOf(model: string): QueueFigures {
    const index = this.indexOf(model)
    return index === null ? new QueueFigures() : new QueueFigures(this.#cells, index)
  }
}
