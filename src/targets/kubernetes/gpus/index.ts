/**
 * How pods ask for GPUs, by how the Fleet shares them: whole ones, slices of time, MIG slices, MPS, or claims of dynamic
 * resource allocation; and what the cluster needs for it.
 */
export { renderClaimTemplates } from './claims.ts'
export { renderSharingConfig } from './sharing-config.ts'
