import type { Renderer } from '../rendering/index.ts'
import { fetchersOf, inApplyOrder, withSecretsAhead } from '../rendering/cluster/index.ts'
import { contextOf, type ObjectsOf } from './context.ts'
import { surroundings } from './surroundings/index.ts'
import { workloads } from './workloads/index.ts'

/** Everything that a Fleet may become; each part gives no object where the Fleet does not ask for one. */
const parts: readonly ObjectsOf[] = [...workloads, ...surroundings]

/** Objects for an API server, and nothing that only a controller or an operator of ours could read. */
export const kubernetesRenderer: Renderer = {
  name: 'kubernetes',
  title: 'Kubernetes',
  render: (plan, options) => {
    const context = contextOf(plan, options)
    const rendered = parts.map((part) => part(context))
    const objects = inApplyOrder(rendered.flatMap((each) => each.objects ?? []))
    return {
      artifacts: [...withSecretsAhead(objects, context), ...rendered.flatMap(({ files }) => files ?? [])],
      fetchers: fetchersOf(context),
      notes: rendered.flatMap(({ notes }) => notes ?? []),
    }
  },
}
