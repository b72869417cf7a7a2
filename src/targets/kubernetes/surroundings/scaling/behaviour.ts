import type { HorizontalPodAutoscalerBehavior } from '../../../../kubernetes/index.ts'
import type { EngineService } from '../../../rendering/index.ts'

/** Longest window that the API server takes, seconds. */
const longestWindow = 3_600

const windowOf = (milliseconds: number) => Math.min(longestWindow, Math.round(milliseconds / 1_000))

/** How fast replicas come and go: up in twos or to twice as many, down one by one. */
export function behaviourOf({ model }: EngineService): HorizontalPodAutoscalerBehavior {
  const { upAfter, downAfter } = model.autoscale
  return {
    scaleUp: {
      stabilizationWindowSeconds: windowOf(upAfter),
      selectPolicy: 'Max',
      policies: [
        { type: 'Pods', value: 2, periodSeconds: 60 },
        { type: 'Percent', value: 100, periodSeconds: 60 },
      ],
    },
    scaleDown: {
      stabilizationWindowSeconds: windowOf(downAfter),
      policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
    },
  }
}
