import type { Fleet } from '../../fleet/index.ts'
import type { Metrics } from '../../observe/index.ts'
import { Refusal } from './refusal.ts'
import { ModelSeries, ServedModel } from './served-model.ts'

/** The models of the Fleet, by every name that clients may use. */
export class ModelCatalogue {
  readonly models: readonly ServedModel[]
  /** Series for requests that named no model of the Fleet. */
  readonly unknown: ModelSeries
  readonly #byName = new Map<string, ServedModel>()

  constructor(fleet: Pick<Fleet, 'models'>, metrics: Metrics) {
    this.models = fleet.models.map((model) => new ServedModel(model, metrics))
    this.unknown = new ModelSeries(metrics, 'unknown')
    for (const served of this.models) {
      for (const alias of served.model.aliases) this.#byName.set(alias, served)
    }
    for (const served of this.models) this.#byName.set(served.name, served)
  }

  /** The model of that name or alias, or undefined. */
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
