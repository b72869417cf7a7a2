/**
 * What a Fleet takes from registries: found in what is rendered.
 */
export { fleetImages, type FleetImage, type FleetImages } from './fleet-images.ts'
export type { Supply } from './supplies.ts'
