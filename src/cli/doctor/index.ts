/**
 * What `fairlead doctor` shows: checks, causes, steps.
 */
export { renderCheck, renderSummary } from './render-checks.ts'
export { renderCauses } from './render-causes.ts'
export { renderInstallPlan } from './render-install-plan.ts'
