import type { Model } from '../../fleet/index.ts'

/**
 * Whether others send requests to a model's replicas. External engines may be services of somebody else, so theirs are taken for
 * shared only where the Fleet says it.
 * @param gateways that the Fleet asks for
 */
export function isShared({ routing, engine }: Pick<Model, 'routing' | 'engine'>, gateways: number): boolean {
  return routing.sharedReplicas ?? (gateways > 1 && engine !== 'external')
}
