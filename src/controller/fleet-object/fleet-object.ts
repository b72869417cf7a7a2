import type { LiveObject, ObjectRef } from '../../kubernetes/index.ts'
import type { FleetObjectStatus } from '../status/index.ts'

/** Group and version of the Fleet resource. */
export const fleetApiVersion = 'fairlead.dev/v1alpha1'
/** Its kind. */
export const fleetKind = 'Fleet'

/** A Fleet as an API server has it. */
export interface FleetObject extends LiveObject {
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: FleetObjectStatus
}

/** Names a Fleet by `namespace/name`. */
export function fleetReference(key: string): ObjectRef & { readonly namespace: string } {
  const [namespace = '', name = ''] = key.split('/')
  return { apiVersion: fleetApiVersion, kind: fleetKind, namespace, name }
}
