/**
 * What a cluster has to have before a Fleet is applied: versions that are pinned, with where they were read, in order, with
 * how one waits until they work and how they go away again. Pure.
 */
export type { InstallPlan, InstallStep, Prerequisite } from './contract.ts'
export { planInstallation } from './plan-installation.ts'
export { prerequisites } from './prerequisites.ts'
