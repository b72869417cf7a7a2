/**
 * Registries of container images: asking them, and copying images between them and folders. OCI Distribution and Image
 * specifications 1.1; everything that is copied is checked by its digest.
 */
export type { ImageDestination, ImageSource, Platform, ResolvedImage } from './contract.ts'
export { imagePlace, type ImagePlace } from './image-place.ts'
export { readLogins, RegistryClient, RegistryRepository, type RegistryLogins } from './client/index.ts'
export { copyImages, parsePlatform, resolveImage, retried, type CopyOutcome, type ImageCopy } from './copy/index.ts'
export { ImageLayout } from './layout/image-layout.ts'
