/**
 * Sizing: what a model needs and what a GPU gives, by the models' own figures and the engines' own arithmetic.
 * Pure: whoever reads files hands their content in.
 */
export {
  kvDtypes,
  quantizations,
  type Experts,
  type GpuSpec,
  type HostNeeds,
  type KvDtype,
  type LayerGroup,
  type LayerKind,
  type MemoryItem,
  type ModelGeometry,
  type ModelTask,
  type Parallelism,
  type Quantization,
  type ResolvedRequest,
  type SizedEngine,
  type Sizing,
  type SizingNote,
  type SizingRequest,
  type StepTime,
  type Throughput,
  type TokenCost,
  type WayOut,
  type WeightQuantization,
} from './contract.ts'
export { findGpu, findModel, gpus } from './catalogue/index.ts'
export {
  GeometryProblem,
  geometryFromConfig,
  geometryFromGguf,
  type ConfigExtras,
  type GgufMetadata,
} from './geometry/index.ts'
export { matchModel, modelNames, type ModelMatch } from './match-model.ts'
export { sizeModel } from './size-model.ts'
export { stepTimeOf } from './step-time-of.ts'
export { findWaysOut } from './ways-out.ts'
export { ggufTypes } from './weights/index.ts'
