import type { LLMInferenceService } from '../../../kubernetes/index.ts'
import type { EngineService } from '../../rendering/index.ts'
import type { Commented } from '../../rendering/cluster/index.ts'

type Spec = NonNullable<LLMInferenceService['spec']>

/** How many replicas of a workload run: a number, or bounds with the autoscaler that KServe knows. */
export function llmScaling({ model, pool }: EngineService): Commented<Pick<Spec, 'replicas' | 'scaling'>> {
  const { min, max } = pool.replicas
  const { by } = model.autoscale
  if (min === max || by === 'none' || by === 'fairlead') return { value: { replicas: min }, comments: [] }
  return {
    value: {
      scaling: { minReplicas: Math.max(1, min), maxReplicas: max, wva: by === 'keda' ? { keda: {} } : { hpa: {} } },
    },
    comments: [
      {
        path: ['scaling', 'wva'],
        text: `The Workload Variant Autoscaler of llm-d decides, ${by === 'keda' ? 'KEDA' : 'an HPA'} acts.`,
      },
    ],
  }
}
