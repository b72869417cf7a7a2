import type { LeftPool } from '../../operate/index.ts'
import { whoScales } from '../../operate/autoscale/index.ts'
import type { ScalingExplanation, UnscaledPool } from '../../operate/scaling/index.ts'

/** Who scales a pool that Fairlead tells no decision of, as a sentence after its name, and a command to look or to mend. */
export function leftText(
  pool: UnscaledPool | LeftPool,
  { fleet, target }: Pick<ScalingExplanation, 'fleet' | 'target'>,
): { readonly text: string; readonly command?: string } {
  if ('reason' in pool) return { text: `is not scaled: ${notScaled[pool.reason]}` }
  const { by } = pool
  switch (by.kind) {
    case 'object':
      return { text: `is not scaled by Fairlead: ${by.title} does it.`, command: by.command }
    case 'platform':
      return { text: `is not scaled by Fairlead. ${whoScales(target) ?? ''}`, command: by.command }
    case 'controller':
      return {
        text: `is to have ${by.range.min} to ${by.range.max} replicas, and the controller has told no decision yet.`,
        command: by.command,
      }
    case 'no_controller':
      return {
        text:
          `stays at ${by.replicas} ${by.replicas === 1 ? 'replica' : 'replicas'}: ${by.range.min} to ${by.range.max} by its load takes ` +
          `a controller, and Fleet ${fleet} was applied without one.`,
        command: 'fairlead controller manifests',
      }
    case 'nobody':
      return {
        text: `is not scaled: there is no autoscaler for it.${target === 'llmd' ? ` ${whoScales(target)}` : ''}`,
      }
  }
}

const notScaled: Readonly<Record<UnscaledPool['reason'], string>> = {
  external: 'its replicas are addresses that the Fleet names.',
  fixed: 'its replicas are a fixed number; write minReplicas and maxReplicas in place of it.',
  none: 'autoscale.by is none.',
  hpa: 'autoscale.by is hpa, and a HorizontalPodAutoscaler does it in a cluster.',
  keda: 'autoscale.by is keda, and KEDA does it in a cluster.',
}
