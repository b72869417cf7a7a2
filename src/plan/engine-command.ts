import {
  checkArguments,
  commandLine,
  factsFor,
  type ArgumentProblem,
  type EngineSettings,
  type FactsEngine,
} from '../engines/index.ts'
import type { Decisions } from './decisions.ts'
import { kvTransferOf } from './kv-transfer.ts'
import type { Replica } from './replica.ts'
import { settingFields } from './setting-fields.ts'

/** The whole command of a replica, and what its engine’s parser would refuse of it. */
export interface EngineCommand {
  /** What it follows from. */
  readonly settings: EngineSettings
  readonly words: readonly string[]
  /** Words of `words` before the engine’s arguments. */
  readonly start: number
  readonly problems: readonly ArgumentProblem[]
}

/** The engines whose command lines are known as data. */
export function factsEngine(engine: Replica['model']['engine']): FactsEngine | undefined {
  return engine === 'vllm' || engine === 'sglang' || engine === 'llamacpp' ? engine : undefined
}

/** Settings that sizing may decide; the engine’s own defaults stay the engine’s. */
const sizedSettings = [
  'context',
  'memoryFraction',
  'maxSequences',
  'maxBatchedTokens',
  'tensorParallel',
  'pipelineParallel',
  'dataParallel',
] as const

/** The settings with what sizing decided laid over them. */
function withSizing(settings: EngineSettings, decisions: Decisions): EngineSettings {
  const sized = sizedSettings.flatMap((setting) => {
    const decision = decisions.get(settingFields[setting] ?? setting)
    return decision?.by === 'sizing' ? [[setting, decision.value] as const] : []
  })
  return { ...settings, ...Object.fromEntries(sized) }
}

/** The command that starts a replica; undefined for an engine that takes no command. */
export function engineCommand(
  replica: Replica,
  settings: EngineSettings,
  decisions: Decisions,
): EngineCommand | undefined {
  const engine = factsEngine(replica.model.engine)
  if (engine === undefined) return undefined
  const facts = factsFor(engine)
  const kvTransfer = kvTransferOf(replica.model, replica.role)
  const sized = withSizing(settings, decisions)
  const all = kvTransfer === undefined ? sized : { ...sized, kvTransfer }
  const argv = commandLine(engine, all)
  return {
    settings: all,
    words: [...facts.command, ...argv],
    start: facts.command.length,
    problems: checkArguments(facts, argv),
  }
}
