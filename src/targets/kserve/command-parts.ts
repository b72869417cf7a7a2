import { factsFor } from '../../engines/index.ts'
import { factsEngine } from '../../plan/index.ts'
import { enginePorts, type EngineService } from '../rendering/index.ts'

/** A service’s command, apart by who says it. */
export interface CommandParts {
  /** What is started. */
  readonly program: readonly string[]
  /** Where it listens, which is the same for every model of an engine. */
  readonly listening: readonly string[]
  /** Everything else. */
  readonly ofModel: readonly string[]
}

const listening = ['--host', '0.0.0.0', '--port', String(enginePorts.http)]

/** The parts of a command: a runtime has the program and where it listens, an InferenceService what a model asks for. */
export function partsOf({ model, command }: EngineService): CommandParts {
  const engine = factsEngine(model.engine)
  // `fairlead engine <name>` for our own.
  const length = engine === undefined ? 3 : factsFor(engine).command.length
  const words = command.slice(length)
  const at = words.findIndex((_, index) => listening.every((word, offset) => words[index + offset] === word))
  const program = command.slice(0, length)
  if (at === -1) return { program, listening: [], ofModel: words }
  return { program, listening, ofModel: [...words.slice(0, at), ...words.slice(at + listening.length)] }
}
