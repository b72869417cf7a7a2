import type { InferenceService } from '../../../kubernetes/index.ts'
import type { PlanWarning } from '../../../plan/index.ts'
import type { EngineService } from '../../rendering/index.ts'
import { targetTitle, type KserveContext } from '../context.ts'

type Predictor = NonNullable<InferenceService['spec']>['predictor']

/** The first share of a new revision: Knative keeps the revision before it and splits; without Knative nothing keeps one. */
export function canaryOf(
  { model, path }: EngineService,
  { isKnative }: Pick<KserveContext, 'isKnative'>,
): { readonly predictor: Pick<Predictor, 'canaryTrafficPercent'>; readonly notes: readonly PlanWarning[] } {
  const { canaryShare } = model.rollout
  if (canaryShare === 0) return { predictor: {}, notes: [] }
  if (isKnative) return { predictor: { canaryTrafficPercent: Math.max(1, Math.round(canaryShare * 100)) }, notes: [] }
  return {
    predictor: {},
    notes: [
      {
        severity: 'error',
        id: 'kserve-canary',
        path: `${path.replace(/\.(?:prefill|decode)$/, '')}.rollout.canaryShare`,
        message: `${targetTitle}: in mode Standard KServe keeps no revision before a new one; its canary is a second predictor with a name of its own, and one Fleet says one`,
        suggestion: 'targets.kserve.mode: Knative, or canaryShare: 0 and a second model with its own name',
      },
    ],
  }
}
