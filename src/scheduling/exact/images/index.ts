/**
 * Images in prompts: where an engine's events say that they are, what engines call them, and how both become the same
 * bytes of the index.
 */
export { takeImagesOut, type BodyImages } from './body-images.ts'
export { chatBytes } from './chat-bytes.ts'
export { layImages, type ImageFormat } from './image-format.ts'
export { imageMark } from './image-mark.ts'
export { imageSpansOf, isImageKey, type ImageSpan } from './image-spans.ts'
