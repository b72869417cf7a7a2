import type { ManifestDocument } from '../../../manifests/contract.ts'
import type { Rule } from '../../contract.ts'
import { matches, textValues } from '../../subject/pods.ts'
import type { Subject } from '../../subject/subject.ts'
import { isRecord, numberOf } from '../../subject/values.ts'
import { mostReplicas } from './storage.ts'
import { kubernetesDocs } from '../references.ts'

const disruptions = kubernetesDocs('tasks/run-application/configure-pdb/', 'disruption budgets')

/** Number of pods that a budget protects; undefined where the files do not tell. */
function protectedPods(subject: Subject, budget: ManifestDocument): number | undefined {
  const selector = budget.get(['spec', 'selector', 'matchLabels'])
  if (!isRecord(selector)) return undefined
  const labels = textValues(selector)
  const namespace = budget.namespace ?? 'default'
  const counts = subject.pods
    .filter((pod) => pod.namespace === namespace && pod.labels !== undefined && matches(pod.labels, labels))
    .map((pod) => mostReplicas(subject, pod))
  if (counts.length === 0 || counts.includes(undefined)) return undefined
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)
}

const blocksDrain: Rule = {
  id: 'disruption-budget-blocks-drain',
  severity: 'warning',
  what: 'A PodDisruptionBudget never allows a pod to go.',
  why: '`kubectl drain` and node upgrades wait for it without end.',
  since: 'always',
  mend: 'Set `maxUnavailable: 1`, or run one replica more than minAvailable.',
  references: [disruptions, kubernetesDocs('tasks/administer-cluster/safely-drain-node/', 'safely drain a node')],
  *check(subject) {
    for (const budget of subject.ofKind('PodDisruptionBudget')) {
      if (budget.isTemplate || budget.isPatch) continue
      const most = budget.get(['spec', 'maxUnavailable'])
      const least = budget.get(['spec', 'minAvailable'])
      const pods = protectedPods(subject, budget)
      if (most === 0 || most === '0' || most === '0%') {
        yield { at: budget.at(['spec', 'maxUnavailable']), message: `${budget.name} allows no pod to be unavailable.` }
      } else if (least === '100%') {
        yield { at: budget.at(['spec', 'minAvailable']), message: `${budget.name} asks for all pods to stay.` }
      } else if (pods !== undefined && (numberOf(least) ?? 0) >= pods && least !== 0) {
        if (numberOf(least) === undefined) continue
        yield {
          at: budget.at(['spec', 'minAvailable']),
          message: `${budget.name} asks for ${String(least)} of ${pods} pods to stay.`,
        }
      }
    }
  },
}

const selectorMismatch: Rule = {
  id: 'workload-selector-mismatch',
  severity: 'error',
  what: 'A workload selects labels that its own pod template does not carry.',
  why: 'The API server refuses it.',
  since: 'Kubernetes 1.8 (apps/v1)',
  mend: 'Put the labels of spec.selector.matchLabels on the template.',
  references: [kubernetesDocs('concepts/workloads/controllers/deployment/#selector', 'selector of a Deployment')],
  *check(subject) {
    for (const { document, labels = {} } of subject.pods) {
      if (!['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].includes(document.kind)) continue
      if (document.isTemplate || document.isPatch || subject.brokenFiles.has(document.file)) continue
      const selector = textValues(document.get(['spec', 'selector', 'matchLabels']))
      const missing = Object.entries(selector).find(([key, value]) => labels[key] !== value)
      if (missing === undefined) continue
      const [key, value] = missing
      yield {
        at: document.at(['spec', 'selector', 'matchLabels', key]),
        message: `${document.kind} ${document.name} selects ${key}: ${value}, which its template ${labels[key] === undefined ? 'does not carry' : `has as ${labels[key]}`}.`,
      }
    }
  },
}

const noSelector: Rule = {
  id: 'workload-selector-missing',
  severity: 'error',
  what: 'A Deployment, StatefulSet or DaemonSet has no selector.',
  why: 'apps/v1 requires one: the API server refuses the object.',
  since: 'Kubernetes 1.16',
  mend: 'Add spec.selector.matchLabels with the template’s labels.',
  references: [kubernetesDocs('reference/using-api/deprecation-guide/#deployment-v116', 'deprecation guide')],
  *check(subject) {
    for (const document of subject.ofKind('Deployment', 'StatefulSet', 'DaemonSet')) {
      if (document.isTemplate || document.isPatch || document.get(['spec', 'selector']) !== undefined) continue
      const hasImage = subject.pods.some(
        (pod) => pod.document === document && pod.containers.some(({ image }) => image),
      )
      const labels = document.get(['spec', 'template', 'metadata', 'labels'])
      if (!hasImage || labels === undefined || !document.apiVersion.startsWith('apps/')) continue
      yield { at: document.at(['spec'], 'key'), message: `${document.kind} ${document.name} has no selector.` }
    }
  },
}

/** Budgets and selectors of workloads. */
export const workloadRules: readonly Rule[] = [blocksDrain, selectorMismatch, noSelector]
