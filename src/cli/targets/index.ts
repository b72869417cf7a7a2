/**
 * Which target and which Fleet a command line means, and what the verbs over targets share: their work, their words.
 */
export { askBefore } from './ask-before.ts'
export { chooseFleet, type ChosenFleet } from './choose-fleet.ts'
export { clusterIn } from './cluster-in.ts'
export { openTarget } from './open-target.ts'
export { readCanary } from './read-canary.ts'
export { readApplyOptions } from './read-work-options.ts'
export { withProgress } from './with-progress.ts'
export { whereIs } from './where-is.ts'
