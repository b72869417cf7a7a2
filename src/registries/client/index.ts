/**
 * Registries over the OCI Distribution protocol: logins, manifests, blobs.
 */
export type { RegistryLogins } from './contract.ts'
export { readLogins } from './docker-credentials.ts'
export { RegistryClient, type RepositoryPlace } from './registry-client.ts'
export { RegistryRepository } from './repository.ts'
