/**
 * The Fleet file: its schema, and how text becomes a Fleet or a list of problems. Pure: it reads no file.
 */
export { fleet as fleetSchema, type Fleet, type FleetInput } from './schema/fleet.ts'
export { engineNames, type EngineName, type Model } from './schema/model.ts'
export type { SecretReference } from './schema/names.ts'
export type { Bytes, Milliseconds, Tokens } from './schema/units.ts'
export { loadFleet, type Diagnostic, type LoadedFleet, type LoadFleetOptions } from './load.ts'
