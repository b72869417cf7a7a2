/** In front of each model: its InferencePool, the endpoint picker with its rights and rules, and the ways in. */
export { renderAccounts } from './accounts.ts'
export { renderPickers } from './picker.ts'
export { renderNetworkPolicies } from './policies.ts'
export { renderPools } from './pools.ts'
export { renderRules } from './rules.ts'
export { renderServices } from './services.ts'
export { renderWaysIn } from './ways-in.ts'
