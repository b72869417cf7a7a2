import type { InferenceService } from '../../../kubernetes/index.ts'
import type { PlanWarning } from '../../../plan/index.ts'
import type { EngineService } from '../../rendering/index.ts'
import { noteOn } from '../note.ts'

type Predictor = NonNullable<InferenceService['spec']>['predictor']

/** Seconds for which Knative lets a request run unless it is told more (config-defaults, `max-revision-timeout-seconds`). */
const longestTimeout = 600

/** Fields of a pod that Knative takes only once switched on in its ConfigMap config-features. */
const features: readonly (readonly [keyof Predictor, string])[] = [
  ['nodeSelector', 'podspec-nodeselector'],
  ['affinity', 'podspec-affinity'],
  ['tolerations', 'podspec-tolerations'],
  ['topologySpreadConstraints', 'podspec-topologyspreadconstraints'],
  ['priorityClassName', 'podspec-priorityclassname'],
  ['securityContext', 'podspec-securitycontext'],
]

/** What Knative must know of a slow start. */
export const knativeAnnotations = ({ model }: EngineService): Record<string, string> => ({
  // Otherwise a revision that takes longer than 10 minutes to load counts as failed.
  'serving.knative.dev/progress-deadline': `${Math.ceil(model.startupBudget / 1_000)}s`,
})

/** What must be switched on for a predictor, and what Knative keeps from a service. */
export function knativeNotes(service: EngineService, predictor: Predictor): PlanWarning[] {
  const { path, ports, model } = service
  const asked = features.flatMap(([field, name]) => (predictor[field] === undefined ? [] : [`kubernetes.${name}`]))
  const claims = model.source?.startsWith('pvc://') === true ? ['kubernetes.podspec-persistent-volume-claim'] : []
  const flags = [...asked, ...claims]
  const timeout = predictor.timeout ?? 0
  const note = (severity: PlanWarning['severity'], id: string, field: string, message: string, suggestion: string) =>
    noteOn(severity, id, field === '' ? path : `${path}.${field}`, message, suggestion)
  const standard = 'targets.kserve.mode: Standard'
  return [
    ...(flags.length === 0
      ? []
      : [
          note(
            'warning',
            'kserve-knative-features',
            '',
            `Knative takes parts of ${model.name}’s pod only once they are enabled in ConfigMap knative-serving/config-features`,
            `${flags.map((flag) => `${flag}: enabled`).join(', ')}; or ${standard}`,
          ),
        ]),
    ...(timeout <= longestTimeout
      ? []
      : [
          note(
            'warning',
            'kserve-knative-timeout',
            'deadlines.total',
            `requests of ${model.name} may take ${timeout} s, and Knative allows ${longestTimeout} s`,
            `max-revision-timeout-seconds: "${timeout}" in ConfigMap knative-serving/config-defaults, or deadlines.total: ${longestTimeout}s`,
          ),
        ]),
    ...(ports.length === 1
      ? []
      : [
          note(
            'error',
            'kserve-knative-ports',
            'routing.policy',
            `Knative knows one port a pod, so that nobody hears the KV events of ${model.name}`,
            `routing.policy: auto, or ${standard}`,
          ),
        ]),
    ...(service.role === 'both'
      ? []
      : [
          note(
            'error',
            'kserve-knative-split',
            '',
            `a decode replica must reach the very prefill replica of a request, which Knative hides`,
            standard,
          ),
        ]),
  ]
}
