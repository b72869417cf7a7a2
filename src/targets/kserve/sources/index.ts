/** Sources of models as KServe is told them, and where it puts what they name. */
export { modelStorage, storageUris, type ModelStorage } from './model-storage.ts'
export { modelFolder, storedSource } from './stored-source.ts'
