/** How weights get into pods of KServe: credentials of storage, and the containers that fetch what KServe’s own cannot. */
export { noteWeights } from './notes.ts'
export { renderStorageAccount, storageAccount } from './service-account.ts'
export { renderStorageContainers, storageContainerName } from './storage-containers.ts'
