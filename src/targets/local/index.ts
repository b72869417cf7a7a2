/**
 * Target `local`: a Fleet as supervised processes on this machine. `apply` stays as their supervisor; the other verbs work from
 * any process through the state file.
 *
 * - `plan.ts` decides, `observe.ts` looks, `supervisor/` acts.
 * - `status.ts`, `logs.ts`, `delete.ts` are the verbs for another terminal.
 */
import { ownParts } from './parts.ts'
import { createLocalTarget } from './target.ts'

/** Target `local` with our own gateway, engines and stores. */
export const localTarget = createLocalTarget(ownParts)
export { fleetFileOf } from './evidence.ts'
export { readLocalScaling } from './read-scaling.ts'
