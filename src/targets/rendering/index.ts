/**
 * What all rendered targets share: artifacts and how they are written, and the gateway and the engines as containers before
 * a platform puts its words to them. Pure.
 */
export { adapterNotes } from './adapter-notes.ts'
export type { Artifact, Comment, DocumentArtifact, ObjectArtifact, TextArtifact } from './artifact.ts'
export type { RenderedTarget, Renderer, Rendering, RenderOptions } from './contract.ts'
export { type EnvironmentEntry } from './engine-environment.ts'
export {
  enginePorts,
  engineServices,
  httpPortOf,
  modelLabels,
  type EngineService,
  type ServicePlace,
} from './engine-service.ts'
export {
  gatewayFolder,
  gatewayPorts,
  gatewayService,
  secretsFolder,
  type GatewayService,
  type ReplicasPlace,
} from './gateway-service.ts'
export { engineImage, gatewayImage, imageAt, ownImage, underRegistry } from './images.ts'
export { type Probes, type ProbeSettings } from './probes.ts'
export { secretsOf, type NamedSecret } from './secrets.ts'
export { modelCachePath, type WeightsPlace } from './weights-place.ts'
export { writeYaml } from './write-yaml.ts'
