import type { KubernetesObject } from '../../kubernetes/index.ts'

/** Annotation of a workload that the controller of Fairlead scales: the fewest and the most replicas, such as `0-4`. */
const annotation = 'fairlead.dev/autoscale'

/** Between how many replicas a workload is scaled. */
export interface ScaledRange {
  readonly min: number
  readonly max: number
}

/** The range of a workload as its annotations say it. */
export const rangeAnnotation = ({ min, max }: ScaledRange): Record<string, string> => ({
  [annotation]: `${min}-${max}`,
})

/** The range of a workload that Fairlead scales; undefined for every other object. */
export function scaledRangeOf({ metadata: { annotations } }: KubernetesObject): ScaledRange | undefined {
  const [, min, max] = /^(\d{1,6})-(\d{1,6})$/.exec(annotations?.[annotation] ?? '') ?? []
  return min === undefined || max === undefined ? undefined : { min: Number(min), max: Number(max) }
}
