/**
 * The controller: Fleets as objects of a cluster, each brought to what it says and kept there, over the same planner and verbs
 * that the commands use.
 *
 * - `run-controller.ts` joins its parts: an election (`leader/`), and while it leads (`lead.ts`) a queue (`queue/`) that watches
 *   (`watching/`) fill and workers empty;
 * - `reconcile/` is what a worker does to one Fleet, `status/` and `events/` what is told of it;
 * - `install/` is what a cluster needs for it to run: definition, account, role, Deployment.
 */
export { controllerManifests, type InstallOptions } from './install/index.ts'
export { runController, type ControllerOptions } from './run-controller.ts'
