import type { Gateway } from '../../../kubernetes/index.ts'
import type { Comment } from '../artifact.ts'

/**
 * What the pods are labelled with that a controller makes for a Gateway. Where a Gateway says nothing of them, Istio gives them the
 * Gateway’s own labels (pilot/pkg/config/kube/gatewaycommon, extractInfrastructureMetadata), by which Services and policies of a
 * Fleet find the Fleet’s pods.
 */
export const gatewayInfrastructure: Gateway['spec']['infrastructure'] = {
  labels: { 'app.kubernetes.io/part-of': 'fairlead' },
}

/** Why it is there, in a Gateway. */
export const infrastructureComment: Comment = {
  path: ['spec', 'infrastructure'],
  text: 'Otherwise Istio gives its proxies the labels above, by which Services and policies of this Fleet find pods.',
}
