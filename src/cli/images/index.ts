/**
 * `fairlead images`: what a Fleet takes from registries, for people.
 */
export { fleetImagesOf, recordName } from './bundle-record.ts'
export { openImages } from './open-images.ts'
export { readPlatform } from './read-platform.ts'
export { renderImages } from './render-images.ts'
export { asOutcome, copiedDocument, copiedTable, endOf, suppliesDocument, tellWeights } from './tell-copied.ts'
export { imagesText, mirroredImages, withImages, type MirroredImages } from './write-images.ts'
