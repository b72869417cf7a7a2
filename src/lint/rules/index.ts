/**
 * Every rule, by theme: data with a pure function each.
 */
import type { Rule } from '../contract.ts'
import { suppressionRules } from '../suppress/comment-rules.ts'
import { autoscalingRules } from './autoscaling/horizontal.ts'
import { kedaRules } from './autoscaling/keda.ts'
import { composeRules } from './compose/services.ts'
import { inferenceRules } from './custom-resources/inference.ts'
import { kindRules } from './custom-resources/kinds.ts'
import { memoryFractionRules } from './engine/memory-fraction.ts'
import { otherEngineRules } from './engine/other-engines.ts'
import { removedFlagRules } from './engine/removed-flags.ts'
import { vllmCombinationRules } from './engine/vllm-combinations.ts'
import { vllmStartRules } from './engine/vllm-start.ts'
import { vllmTransferRules } from './engine/vllm-transfer.ts'
import { wrongArgumentRules } from './engine/wrong-arguments.ts'
import { environmentNameRules } from './environment/names.ts'
import { unreadEnvironmentRules } from './environment/unread.ts'
import { commandRules } from './images/commands.ts'
import { modelNameRules } from './images/models.ts'
import { imageRules } from './images/tags.ts'
import { driverRules } from './kubernetes/drivers.ts'
import { workloadRules } from './kubernetes/disruption.ts'
import { gpuRules } from './kubernetes/gpus.ts'
import { podRules } from './kubernetes/pods.ts'
import { probeRules } from './kubernetes/probes.ts'
import { referenceRules } from './kubernetes/references.ts'
import { storageRules } from './kubernetes/storage.ts'
import { timeSlicingRules } from './kubernetes/time-slicing.ts'
import { metricNameRules } from './metrics/names.ts'
import { otherExporterRules } from './metrics/other-exporters.ts'
import { metricQueryRules } from './metrics/queries.ts'
import { ingressRules } from './network/ingress.ts'
import { policyRules } from './network/policies.ts'
import { serviceRules } from './network/services.ts'
import { readingRules } from './reading/problems.ts'
import { containerSecurityRules } from './security/containers.ts'
import { secretRules } from './security/secrets.ts'
import { fitRules } from './sizing/fit.ts'
import { sharingRules } from './sizing/sharing.ts'
import { onlineRules } from './online/names.ts'

/** Rules that belong together. */
interface Theme {
  readonly title: string
  readonly rules: readonly Rule[]
}

/** The rules in the order in which the documentation has them. */
export const themes: readonly Theme[] = [
  { title: 'Command lines of engines', rules: [...removedFlagRules, ...wrongArgumentRules] },
  {
    title: 'How engines are set',
    rules: [
      ...vllmStartRules,
      ...vllmCombinationRules,
      ...vllmTransferRules,
      ...memoryFractionRules,
      ...otherEngineRules,
    ],
  },
  { title: 'Environment variables', rules: [...unreadEnvironmentRules, ...environmentNameRules] },
  { title: 'Models and GPUs', rules: [...fitRules, ...sharingRules, ...gpuRules, ...timeSlicingRules, ...driverRules] },
  { title: 'Probes', rules: probeRules },
  { title: 'Pods and workloads', rules: [...podRules, ...workloadRules, ...storageRules, ...referenceRules] },
  { title: 'Services and networks', rules: [...serviceRules, ...ingressRules, ...policyRules] },
  { title: 'Autoscaling', rules: [...autoscalingRules, ...kedaRules] },
  { title: 'Metrics', rules: [...metricNameRules, ...metricQueryRules, ...otherExporterRules] },
  { title: 'Kinds and custom resources', rules: [...kindRules, ...inferenceRules] },
  { title: 'Images, commands, models', rules: [...imageRules, ...commandRules, ...modelNameRules] },
  { title: 'Names that were asked for (`--online`)', rules: onlineRules },
  { title: 'Secrets and rights', rules: [...secretRules, ...containerSecurityRules] },
  { title: 'Compose', rules: composeRules },
  { title: 'Files', rules: [...readingRules, ...suppressionRules] },
]

/** All rules. */
export const rules: readonly Rule[] = themes.flatMap((theme) => theme.rules)
