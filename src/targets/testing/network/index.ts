/** NetworkPolicies as a cluster enforces them, over the pods that a rendered Fleet becomes. */
export { askedConnections } from './asked-connections.ts'
export { matches, mayConnect } from './connections.ts'
export { openPorts } from './open-ports.ts'
