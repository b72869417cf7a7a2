/**
 * Copying images between registries and layouts, everything checked by its digest.
 */
export { copyImages, type CopyOutcome, type ImageCopy } from './copy-images.ts'
export { parsePlatform, resolveImage } from './resolve-image.ts'
export { retried } from './retried.ts'
