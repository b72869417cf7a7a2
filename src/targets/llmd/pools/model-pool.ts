import { goesByKvEvents, type Model } from '../../../fleet/index.ts'
import type { ClusterContext } from '../../rendering/cluster/index.ts'
import type { EngineService } from '../../rendering/index.ts'

/** Label by which an InferencePool finds its members. */
export const poolLabel = 'fairlead.dev/pool'

/** All replicas of a model, as one InferencePool. */
export interface ModelPool {
  readonly model: Model
  readonly modelLabel: string
  /** Path of the model in the Fleet. */
  readonly path: string
  /** Name of the InferencePool, and what `poolLabel` of its members says. */
  readonly name: string
  /** Name of the picker’s Deployment, Service, account, role and ConfigMap. */
  readonly picker: string
  /** Service by whose engines the picker has prompts tokenized. */
  readonly tokenizer: string
  /** Its kinds of replicas: one, or one that prefills and one that decodes. */
  readonly services: readonly EngineService[]
  readonly isSplit: boolean
  /** Whether the picker goes by what engines say that they hold. */
  readonly isExact: boolean
}

/** The pools of a Fleet, in its order. */
export function modelPools({ engines, names }: Pick<ClusterContext, 'engines' | 'names'>): ModelPool[] {
  const labels = [...new Set(engines.map(({ modelLabel }) => modelLabel))]
  const taken = new Set(engines.flatMap(({ name, modelLabel }) => [name, modelLabel]))
  const free = (name: string): string => (taken.has(name) ? free(`${name}-llmd`) : name)
  return labels.flatMap((modelLabel) => {
    const services = engines.filter((service) => service.modelLabel === modelLabel)
    const [first] = services
    if (first === undefined) return []
    const { model } = first
    return [
      {
        model,
        modelLabel,
        path: first.path.replace(/\.(?:prefill|decode)$/, ''),
        name: names.named(modelLabel),
        picker: names.named(free(`${modelLabel}-epp`)),
        tokenizer: names.named(free(`${modelLabel}-tokenizer`)),
        services,
        isSplit: services.some(({ role }) => role !== 'both'),
        isExact: model.engine === 'vllm' && goesByKvEvents(model.routing.policy),
      },
    ]
  })
}
