/**
 * Models: where they come from, the store that keeps them on this machine, and what their files say about themselves.
 */
export type { ModelRequest, ModelStore, ModelVerdict, PullContext, StoredModel } from './contract.ts'
export { linkModel, openModelStore } from './store/index.ts'
export { inspectHubModel, inspectModel, isHubName, type ModelFiles } from './inspect/index.ts'
export {
  BodyTooLarge,
  defaultDownloadSettings,
  dropBody,
  HttpClient,
  parseRetryAfter,
  PassingFailure,
  passingStatuses,
  readSmallBody,
  readSmallBytes,
  redirectTarget,
  RetryBudget,
  watchedBody,
  type DownloadSettings,
  type HttpAnswer,
} from './download/index.ts'
export { diskFullError, isDiskFull } from './disk/index.ts'
export { HubCatalogue } from './sources/hub-catalogue.ts'
export {
  isRegistrySource,
  registryAddress,
  registryCredentials,
  resolveRegistrySource,
  RegistryGone,
  type RegistryCredentials,
  type RegistryName,
  type ResolveContext,
  type ResolvedArtifact,
} from './registries/index.ts'
