/** NetworkPolicies as a cluster enforces them, and the pods that a rendered Fleet becomes. */
export { matches, mayConnect, type AskedPort, type Party, type PolicyPod } from './connections.ts'
export { renderedPods, type RenderedPod } from './rendered-pods.ts'
