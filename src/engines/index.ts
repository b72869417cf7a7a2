/**
 * The engines: command line, probes, load metrics and routes of each, as pure data and functions.
 */
import type { EngineName } from '../fleet/index.ts'
import type { Engine } from './contract.ts'
import { externalEngine } from './external/index.ts'
import { llamacppEngine } from './llamacpp/index.ts'
import { sglangEngine } from './sglang/index.ts'
import { simulatedEngine } from './simulated/index.ts'
import { vllmEngine } from './vllm/index.ts'

export type {
  ArgumentProblem,
  EndpointFact,
  Engine,
  EngineFacts,
  EngineLoad,
  EngineRoute,
  EngineSettings,
  EnvironmentFact,
  FactsEngine,
  FactSource,
  FlagFact,
  FlagTakes,
  FlagValue,
  Launch,
  LaunchRequest,
  MetricFact,
  RemovedFlag,
  RemovedMetric,
  RemovedValue,
  RuntimeAdapters,
  SpeculativeSettings,
} from './contract.ts'
export { factsFor } from './facts.ts'
export {
  engineFailures,
  explainFailure,
  type EngineExit,
  type EngineFailure,
  type FailureExplanation,
} from './failures/index.ts'
export {
  decodeKvMessage,
  decodeReplayReply,
  replayRequest,
  StreamOrder,
  type AllBlocksCleared,
  type BlockRemoved,
  type BlockStored,
  type KvEvent,
  type KvEventBatch,
  type KvMessage,
  type MalformedKvMessage,
} from './vllm/kv-events/index.ts'
export { checkArguments } from './arguments/index.ts'
export { commandLine, flagRowsOf } from './command-line.ts'
export {
  isStreamed,
  profiles,
  roles,
  adapterOf,
  settingsOf,
  type FlagRow,
  type ModelPlace,
  type ModelSettings,
  type Profile,
  type ProfileName,
  type Role,
  type SettingReason,
  type StartingSetting,
} from './settings/index.ts'
export {
  BatchingEngine,
  stepMs,
  type BatchingShape,
  type BatchRequest,
  type KvListener,
  type Sequence,
  type Step,
  type StepCost,
} from './simulated/batching/index.ts'
export {
  chatTokens,
  imagePiece,
  imagePlace,
  imagesOf,
  imageToken,
  renderChat,
  tokenBytes,
  tokenize,
  tokenTexts,
  vocabulary as simulatedVocabulary,
  wordAt,
  wordCount,
  type PromptImage,
  type SimulatedMessage,
} from './simulated/tokenizer/index.ts'
export { BlockChain, encodeKvBatch, KvEventLog, sequenceFrame } from './simulated/kv-events/index.ts'
export { randomFrom } from './simulated/random-from.ts'
export { parsePrometheusText } from './prometheus-text.ts'

/** Every engine that this version knows how to run or to reach. */
export const engines: readonly Engine[] = [vllmEngine, sglangEngine, llamacppEngine, simulatedEngine, externalEngine]

/** The engine of that name. */
export function engineFor(name: EngineName): Engine {
  const engine = engines.find((candidate) => candidate.name === name)
  if (engine === undefined) throw new Error(`no engine ${name}`)
  return engine
}
