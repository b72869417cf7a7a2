/**
 * The plan: what becomes of a Fleet. Every setting with its reason, the size of every model with every number explained,
 * models that share GPUs, nodes and money. It joins what sizing and the engines know, who do not know each other. Pure: what
 * models’ own files say is handed in.
 */
export type * from './contract.ts'
export { factsEngine } from './engine-command.ts'
export { geometryOf } from './geometry-of.ts'
export { hardwareOf } from './replica.ts'
export { makePlan } from './make-plan.ts'
export { rangeOf, replicasOf } from './replica.ts'
export { priceOf, type HourlyPrice } from './prices.ts'
export { settingFields } from './setting-fields.ts'
export { plannedFleet } from './planned-fleet.ts'
export {
  downloadBytesPerSecond,
  planStorage,
  type StorageChoice,
  type StorageKind,
  type StoragePlan,
  type StoredWeights,
} from './storage.ts'
