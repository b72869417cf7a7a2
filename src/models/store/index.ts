/**
 * The content-addressed cache of model files on this machine.
 */
export { openModelStore } from './open-model-store.ts'
export { linkModel } from './link-model.ts'
