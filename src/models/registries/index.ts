/**
 * Model registries: a name and a version of a model, in MLflow or in Kubeflow’s registry, become the artifact that they mean.
 */
export { isRegistrySource, type RegistryName } from './registry-source.ts'
export { registryAddress, registryCredentials, type RegistryCredentials } from './registry-place.ts'
export { resolveRegistrySource, type ResolvedArtifact, type ResolveContext } from './resolve-registry-source.ts'
export { RegistryGone } from './ask-registry.ts'
