import type { KubernetesObject, ObjectRef } from '../../../kubernetes/index.ts'

/** Names an object as a client does. */
export function refOf({ apiVersion, kind, metadata: { name = '', namespace } }: KubernetesObject): ObjectRef {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }
}

/** API group of `apps/v1`: `apps`; empty for core kinds. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''

/** The same for an object in every version of its group. */
export function keyOf({ apiVersion, kind, namespace = '', name }: ObjectRef): string {
  return [groupOf(apiVersion), kind, namespace, name].join(' ')
}

/** How people are told of an object: `Deployment demo-llama`. */
export const titleOf = ({ kind, name }: Pick<ObjectRef, 'kind' | 'name'>): string => `${kind} ${name}`
