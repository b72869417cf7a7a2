import type { PlanWarning } from '../../plan/index.ts'
import { aroundPods, pods } from '../kubernetes/index.ts'
import { inApplyOrder, withSecretsAhead } from '../rendering/cluster/index.ts'
import type { Renderer } from '../rendering/index.ts'
import { contextOf, type ObjectsOf } from './context.ts'
import { noteDifferences } from './notes.ts'
import { withMembership } from './pods/index.ts'
import { targetTitle } from './release.ts'
import {
  renderAccounts,
  renderNetworkPolicies,
  renderPickers,
  renderPools,
  renderRules,
  renderServices,
  renderWaysIn,
} from './router/index.ts'

/** What stands in front of the engines. */
const router: readonly ObjectsOf[] = [
  renderAccounts,
  renderNetworkPolicies,
  renderPickers,
  renderServices,
  renderPools,
  renderRules,
  renderWaysIn,
  noteDifferences,
]

/** Pods as on plain Kubernetes and what stands around them, as members of pools; and llm-d’s router in front. */
export const llmdRenderer: Renderer = {
  name: 'llmd',
  title: targetTitle,
  render: (plan, options) => {
    const context = contextOf(plan, options)
    const engines = pods.map((part) => part(context))
    const around = aroundPods.map((part) => part(context))
    const rendered = router.map((part) => part(context))
    const members = engines.flatMap(({ objects }) => objects ?? []).map((object) => withMembership(object, context))
    const objects = inApplyOrder([...members, ...[...around, ...rendered].flatMap((each) => each.objects ?? [])])
    return {
      artifacts: [...withSecretsAhead(objects, context), ...around.flatMap(({ files }) => files ?? [])],
      notes: [
        ...engines.flatMap(({ notes }) => notes ?? []).filter(holdsHere),
        ...[...around, ...rendered].flatMap(({ notes }) => notes ?? []),
      ],
    }
  },
}

/** That KEDA would wake a model, as the workloads say, does not hold here. */
const holdsHere = ({ id }: PlanWarning) => id !== 'zero-needs-keda'
