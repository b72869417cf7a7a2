/**
 * Kubernetes objects: their types, generated from the schemas of a real API server and of custom resource definitions, and the
 * same schemas as data, by which an object is judged without a server. A field that does not exist is a compile error where an
 * object is written, and a problem of `validateObject` wherever it came from. And what all objects of Fairlead have in common:
 * names, labels, their owner.
 */
export type * from './client/contract.ts'
export {
  ClusterError,
  connectToCluster,
  explainClusterError,
  mendWebhookRefusal,
  readWebhookRefusal,
  tellWebhookRefusal,
  webhooksCommand,
  type ClusterErrorParts,
  type ClusterPlace,
  type RequestSubject,
} from './client/index.ts'
export { fieldManager, objectLabels, selectorLabels, type Component, type Part } from './identity.ts'
export { distinctLabels, dnsLabel } from './names.ts'
export type { KubernetesObject } from './object.ts'
export { resourceOf, resourcePath, type Resource } from './schemas/index.ts'
export {
  startReflector,
  type Change,
  type Reflector,
  type ReflectorClock,
  type ReflectorOptions,
} from './watch/index.ts'
export { validateObject, type ObjectProblem } from './validate/index.ts'
export type * from './types/index.ts'
