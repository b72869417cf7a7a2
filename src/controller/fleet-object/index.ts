/**
 * The Fleet as an object of an API server, read as the Fleet that the verbs of `operate` take.
 */
export { fleetApiVersion, fleetKind, fleetReference, type FleetObject } from './fleet-object.ts'
export { readFleetObject } from './read-fleet-object.ts'
export { sourceOf } from './source-of.ts'
