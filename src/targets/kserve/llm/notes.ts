import type { PlanWarning } from '../../../plan/index.ts'
import type { EngineService } from '../../rendering/index.ts'
import type { KserveContext } from '../context.ts'
import { noteOn } from '../note.ts'

const instead = 'targets.kserve.kind: InferenceService'

/** What an LLMInferenceService cannot say of a kind of replica, or says otherwise. */
export function llmNotes({ model, pool, path, role }: EngineService, { gateway }: KserveContext): PlanWarning[] {
  const modelPath = path.replace(/\.(?:prefill|decode)$/, '')
  const { min, max } = pool.replicas
  const { by } = model.autoscale
  const isScaled = max > min && by !== 'none'
  return [
    ...(model.engine === 'vllm'
      ? []
      : [
          noteOn(
            'error',
            'kserve-llm-engine',
            `${modelPath}.engine`,
            `LLMInferenceServices begin with vLLM’s command, and ${model.name} runs on ${model.engine}`,
            instead,
          ),
        ]),
    ...(isScaled && by === 'fairlead'
      ? [
          noteOn(
            'warning',
            'kserve-llm-scaling',
            `${path}.autoscale.by`,
            `Fairlead scales no LLMInferenceService yet, so ${model.name} keeps ${min} replicas`,
            'autoscale.by: keda',
          ),
        ]
      : []),
    ...(isScaled && by !== 'fairlead'
      ? [
          noteOn(
            'warning',
            'kserve-llm-autoscaler',
            `${path}.autoscale.by`,
            'KServe scales LLMInferenceServices by the Workload Variant Autoscaler of llm-d, which must be installed',
            `autoscale.by: none, or ${instead}`,
          ),
        ]
      : []),
    ...(isScaled && by !== 'fairlead' && min === 0
      ? [
          noteOn(
            'warning',
            'kserve-llm-zero',
            `${path}.minReplicas`,
            `an LLMInferenceService that is scaled keeps one replica of ${model.name}`,
            `${instead} with mode: Knative`,
          ),
        ]
      : []),
    ...(model.rollout.canaryShare > 0
      ? [
          noteOn(
            'error',
            'kserve-canary',
            `${modelPath}.rollout.canaryShare`,
            'the canary of LLMInferenceServices is a second one in the same router.route.group with a weight, and one Fleet says one',
            'targets.kserve.kind: InferenceService with mode: Knative, or canaryShare: 0',
          ),
        ]
      : []),
    ...(gateway === null && role === 'prefill' && !model.routing.disaggregation.transfer.startsWith('nixl')
      ? [
          noteOn(
            'error',
            'kserve-llm-transfer',
            `${modelPath}.routing.disaggregation.transfer`,
            'KServe’s sidecar hands KV blocks over by NIXL alone',
            'routing.disaggregation.transfer: nixl, or render with the gateway',
          ),
        ]
      : []),
  ]
}
