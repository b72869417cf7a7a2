/**
 * What a Fleet takes from registries, found in what is rendered; told, and copied to a registry or into a folder.
 */
export { bundleImages } from './bundle-images.ts'
export type { CopiedImage } from './copy-wanted.ts'
export { fleetImages, type FleetImage, type FleetImages } from './fleet-images.ts'
export { fetchSupplies, type FetchedSupply } from './fetch-supplies.ts'
export { askImageFacts, type ImageFacts } from './image-facts.ts'
export { mirrorImages, wantedImages, type MirrorContext } from './mirror-images.ts'
export type { Supply } from './supplies.ts'
