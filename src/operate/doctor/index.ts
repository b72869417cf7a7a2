/**
 * The doctor: what a Fleet needs of where it runs, as checks that look at one thing each, in the order in which one needs the
 * other; what is slow and why; what has to be installed beforehand.
 *
 * - `local/`, `compose/`, `cluster/` are the checks of each target; `run-checks.ts` makes them.
 * - `machine.ts` is this machine as checks see it, so that a test can break it.
 */
import { clusterChecks } from './cluster/index.ts'
import { composeChecks } from './compose/index.ts'
import type { CheckDescription } from './contract.ts'
import { localChecks } from './local/index.ts'
import { proofs } from './prove/index.ts'

export type { CheckDescription, CheckResult } from './contract.ts'
export { examine, explainWhy, planPrerequisites, proveOptimisations, type ExamineContext } from './examine.ts'
export { realMachine } from './real-machine.ts'
export type { Cause, WhyQuestion } from './why/index.ts'
export type { GatewayAddress } from './prove/index.ts'
export { prerequisites, type InstallPlan, type Prerequisite } from './install-plan/index.ts'

/** Every check that there is, in order, for those who list them. */
export const doctorChecks: readonly CheckDescription[] = [...localChecks, ...composeChecks, ...clusterChecks, ...proofs]
