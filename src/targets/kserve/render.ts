import type { Renderer } from '../rendering/index.ts'
import { aroundAnyPods } from '../kubernetes/index.ts'
import { inApplyOrder } from '../rendering/cluster/index.ts'
import { around } from './around/index.ts'
import { contextOf, targetTitle, type ObjectsOf } from './context.ts'
import { inference } from './inference/index.ts'
import { renderLlmInferenceServices } from './llm/index.ts'
import { noteWeights, renderStorageAccount, renderStorageContainers } from './weights/index.ts'

/** What every Fleet may become, beside its models. */
const parts: readonly ObjectsOf[] = [
  ...around,
  ...aroundAnyPods,
  renderStorageAccount,
  renderStorageContainers,
  noteWeights,
]

/** KServe (https://kserve.github.io/website): its custom resources, and the gateway in front of the pods that it makes. */
export const kserveRenderer: Renderer = {
  name: targetTitle,
  title: 'KServe',
  render: (plan, options) => {
    const context = contextOf(plan, options)
    const isLlm = context.settings.kind === 'LLMInferenceService'
    const models = isLlm ? [renderLlmInferenceServices] : inference
    const rendered = [...parts, ...models].map((part) => part(context))
    return {
      artifacts: inApplyOrder(rendered.flatMap(({ objects }) => objects ?? [])),
      notes: rendered.flatMap(({ notes }) => notes ?? []),
    }
  },
}
