import type { Fleet, Model } from '../../fleet/index.ts'
import type { SeriesTable } from '../../observe/index.ts'
import type { ExactPrompts } from './exact-prompts.ts'
import type { LearnedSizes } from '../../scheduling/index.ts'
import { Refusal } from './refusal.ts'
import { ModelSeries, ServedModel } from './served-model.ts'
import type { Room } from './waiting/room.ts'

/** What a model has beyond a reload that brings it anew. */
export interface ModelParts {
  /** Makes the place where its requests wait. */
  readonly roomFor: (model: ServedModel) => Room<ServedModel>
  /** Where what its answers teach is kept. */
  readonly sizesOf: (model: string) => LearnedSizes
}

/** The models of the Fleet, by every name that clients may use. */
export class ModelCatalogue {
  /** Series for requests that named no model of the Fleet. */
  readonly unknown: ModelSeries
  readonly #metrics: SeriesTable
  /** Counts go on when a reload brings a model anew. */
  readonly #series = new Map<string, ModelSeries>()
  readonly #parts: ModelParts
  /** Who waits goes on waiting when a reload brings a model anew. */
  readonly #rooms = new Map<string, Room<ServedModel>>()
  /** What engines say that they hold, by model. */
  #exact: ReadonlyMap<string, ExactPrompts> = new Map()
  readonly #sizes = new Map<string, LearnedSizes>()
  #models: readonly ServedModel[] = []
  #byName: ReadonlyMap<string, ServedModel> = new Map()

  constructor(fleet: Pick<Fleet, 'models'>, metrics: SeriesTable, parts: ModelParts) {
    this.#metrics = metrics
    this.#parts = parts
    this.unknown = new ModelSeries(metrics, 'unknown')
    this.replace(fleet)
  }

  get models(): readonly ServedModel[] {
    return this.#models
  }

  /** Serves these models from now on; requests under way keep the model that they began with. */
  replace(fleet: Pick<Fleet, 'models'>): void {
    this.#models = fleet.models.map((model) => this.#serve(model))
    const byName = new Map<string, ServedModel>()
    for (const served of this.#models) for (const name of served.names) byName.set(name, served)
    for (const served of this.#models) byName.set(served.name, served)
    this.#byName = byName
    this.takeExact(this.#exact)
  }

  /** Models are routed by what these know of their engines from now on, those that are not named by what was sent. */
  takeExact(prompts: ReadonlyMap<string, ExactPrompts>): void {
    this.#exact = prompts
    for (const { name, router } of this.#models) if (router !== null) router.exact = prompts.get(name) ?? null
  }

  #serve(model: Model): ServedModel {
    const before = this.#models.find(({ name }) => name === model.name) ?? null
    const roomFor = (served: ServedModel) => this.#roomFor(served)
    return new ServedModel(model, this.#seriesOf(model.name), this.#sizesOf(model.name), roomFor, before)
  }

  #roomFor(served: ServedModel): Room<ServedModel> {
    const known = this.#rooms.get(served.name)
    if (known !== undefined) {
      known.model = served
      return known
    }
    const room = this.#parts.roomFor(served)
    this.#rooms.set(served.name, room)
    return room
  }

  #seriesOf(name: string): ModelSeries {
    let series = this.#series.get(name)
    if (series === undefined) this.#series.set(name, (series = new ModelSeries(this.#metrics, name)))
    return series
  }

  #sizesOf(name: string): LearnedSizes {
    let sizes = this.#sizes.get(name)
    if (sizes === undefined) this.#sizes.set(name, (sizes = this.#parts.sizesOf(name)))
    return sizes
  }

  /** The model of that name, alias or adapter, or undefined. */
  find(name: string): ServedModel | undefined {
    return this.#byName.get(name)
  }

  /** Every name that `find` knows. */
  get names(): readonly string[] {
    return this.models.flatMap((served) => served.names)
  }

  /** @throws Refusal that lists the models there are. */
  require(name: string, isVisible: (model: ServedModel) => boolean = () => true): ServedModel {
    const model = this.find(name)
    if (model !== undefined) return model
    const names = this.models.filter(isVisible).flatMap((served) => served.names)
    const message = `The model ${JSON.stringify(name)} does not exist. Models here: ${names.join(', ') || 'none'}.`
    throw new Refusal('model_not_found', message, { param: 'model' })
  }
}
