/**
 * What a cluster needs for the controller to run in it, as objects: the definition of Fleets, an account with exactly the rights
 * that it uses, and the controller itself.
 */
export { controllerManifests, type InstallOptions } from './manifests.ts'
