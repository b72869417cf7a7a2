/**
 * A plan as it is shown: for people in the width of their terminal, and as JSON.
 */
export { planDocument } from './plan-document.ts'
export { renderChanges } from './render-changes.ts'
export { renderPlan } from './render-plan.ts'
export { counted, formatGiB } from './figures.ts'
export { hanging } from './text-lines.ts'
