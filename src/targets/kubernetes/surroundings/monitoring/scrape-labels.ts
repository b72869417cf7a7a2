import type { KubernetesContext } from '../../context.ts'

/** Labels of pods that their series keep, so that models, roles and Fleets are told apart. */
export const keptPodLabels = ['fairlead.dev/fleet', 'fairlead.dev/model', 'fairlead.dev/role'] as const

/**
 * Labels that every series of the Fleet has got at the scrape, whichever way it is found: the operator keeps them by
 * `podTargetLabels`, the usual scrape configuration for annotations by `labelmap`, both with underscores.
 */
export const scrapedLabels = ({ namespace, fleet }: KubernetesContext) => ({
  namespace,
  fairlead_dev_fleet: fleet.name,
})
