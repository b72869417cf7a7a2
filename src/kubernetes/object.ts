import type { ObjectMeta } from './types/index.ts'

/** Any object of the Kubernetes API; the kinds that Fairlead renders have types of their own. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
}
