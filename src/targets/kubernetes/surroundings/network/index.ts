/** NetworkPolicies: who of a Fleet may call whom, and what outside of it. */
export { renderNetworkPolicies } from './policies.ts'
