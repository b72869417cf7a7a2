import { engineFor } from '../../engines/index.ts'
import type { EngineService } from '../rendering/index.ts'
import type { SecretFile } from './secret-files.ts'

/** The field with the key of a further host. */
export const hostKeyPath = (index: number): string => `targets.compose.hosts[${index}].apiKey`

/** The variable by which an engine is told the key that it asks for; undefined where it takes none by a variable. */
export const keyVariableOf = ({ model }: Pick<EngineService, 'model'>): string | undefined =>
  engineFor(model.engine).apiKeyVariable

/** The file of a further host’s key; undefined where the key is a variable. */
export const keyFileIn = (files: readonly SecretFile[]): SecretFile | undefined =>
  files.find(({ path }) => /^targets\.compose\.hosts\[\d+\]\.apiKey$/.test(path))

/** An engine that asks for the key of its host. */
export function withKey<Engine extends EngineService>(
  engine: Engine,
  secret: NonNullable<EngineService['model']['apiKey']>,
): Engine {
  const name = keyVariableOf(engine)
  if (name === undefined) return engine
  return { ...engine, environment: [...engine.environment.filter((entry) => entry.name !== name), { name, secret }] }
}
