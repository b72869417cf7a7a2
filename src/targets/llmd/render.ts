import type { PlanWarning } from '../../plan/index.ts'
import { pods } from '../kubernetes/index.ts'
import { inApplyOrder, neededSecrets, secretsComment } from '../rendering/cluster/index.ts'
import type { ObjectArtifact, Renderer } from '../rendering/index.ts'
import { contextOf, type LlmdContext, type ObjectsOf } from './context.ts'
import { noteDifferences } from './notes.ts'
import { withMembership } from './pods/index.ts'
import { targetTitle } from './release.ts'
import {
  renderAccounts,
  renderPickers,
  renderPools,
  renderRules,
  renderServices,
  renderWaysIn,
} from './router/index.ts'

/** What stands in front of the engines. */
const router: readonly ObjectsOf[] = [
  renderAccounts,
  renderPickers,
  renderServices,
  renderPools,
  renderRules,
  renderWaysIn,
  noteDifferences,
]

/** Pods as on plain Kubernetes, as members of pools; and llm-d’s router in front. */
export const llmdRenderer: Renderer = {
  name: 'llmd',
  title: targetTitle,
  render: (plan, options) => {
    const context = contextOf(plan, options)
    const engines = pods.map((part) => part(context))
    const rendered = router.map((part) => part(context))
    const members = engines.flatMap(({ objects }) => objects ?? []).map((object) => withMembership(object, context))
    const objects = inApplyOrder([...members, ...rendered.flatMap((each) => each.objects ?? [])])
    return {
      artifacts: withSecretsAhead(objects, context),
      notes: [
        ...engines.flatMap(({ notes }) => notes ?? []).flatMap(asOurs),
        ...rendered.flatMap(({ notes }) => notes ?? []),
      ],
    }
  },
}

/** A note of the workloads in this target’s name; that KEDA would wake a model does not hold here. */
const asOurs = (note: PlanWarning): PlanWarning[] =>
  note.id === 'zero-needs-keda' ? [] : [{ ...note, message: note.message.replace(/^kubernetes: /, `${targetTitle}: `) }]

/** Before the first object stands which Secrets must be there: they are the one thing that nobody renders. */
function withSecretsAhead(objects: readonly ObjectArtifact[], context: LlmdContext): ObjectArtifact[] {
  const { fleet, names, namespace, gateway } = context
  const text = secretsComment(neededSecrets(fleet, names, gateway !== null), namespace)
  const [first, ...rest] = objects
  if (text === undefined || first === undefined) return [...objects]
  return [{ ...first, comments: [{ path: [], text }, ...(first.comments ?? [])] }, ...rest]
}
