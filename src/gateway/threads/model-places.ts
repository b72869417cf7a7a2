import { LearnedSizes, sizeCells } from '../../scheduling/index.ts'
import { queueCells, QueueFigures } from '../data-plane/waiting/queue-figures.ts'

/** Models that a gateway of several threads may have over its life; a Fleet has 500 at the most. */
const mostModels = 4_096

/** What threads share of each model: figures of its queue, and what its answers have taught. */
export interface ModelMemory {
  readonly queues: SharedArrayBuffer
  readonly sizes: SharedArrayBuffer
}

/** The parts of a model in the memory that threads share; of this thread alone where it has no place there. */
export class ModelCells {
  readonly #queues: Int32Array
  readonly #sizes: Int32Array

  constructor({ queues, sizes }: ModelMemory) {
    this.#queues = new Int32Array(queues)
    this.#sizes = new Int32Array(sizes)
  }

  figuresAt(place: number | null): QueueFigures {
    return place === null ? new QueueFigures() : new QueueFigures(this.#queues, place)
  }

  sizesAt(place: number | null): LearnedSizes {
    return place === null ? new LearnedSizes() : new LearnedSizes(this.#sizes, place)
  }
}

const memoryOf = (cells: number): SharedArrayBuffer =>
  new SharedArrayBuffer(mostModels * cells * Int32Array.BYTES_PER_ELEMENT)

/** The control thread's side: memory that all threads see, and each model's place in it. */
export class ModelPlaces {
  readonly memory: ModelMemory = { queues: memoryOf(queueCells), sizes: memoryOf(sizeCells) }
  readonly #cells = new ModelCells(this.memory)
  readonly #byModel = new Map<string, number>()

  /** The place of a model, the same every time; null where too many models have had one. */
  of(model: string): number | null {
    const known = this.#byModel.get(model)
    if (known !== undefined) return known
    const place = this.#byModel.size
    if (place >= mostModels) return null
    this.#byModel.set(model, place)
    return place
  }

  figuresOf(model: string): QueueFigures {
    return this.#cells.figuresAt(this.of(model))
  }

  sizesOf(model: string): LearnedSizes {
    return this.#cells.sizesAt(this.of(model))
  }
}
