import type { SecretReference } from '../../fleet/index.ts'
import type { EngineService, EnvironmentEntry } from '../rendering/index.ts'
import { keyFileIn, keyVariableOf } from './host-key.ts'
import { secretMounts, type SecretFile } from './secret-files.ts'
import type { ComposeService, ComposeText } from './types.ts'
import { ComposeVariable } from './variable.ts'

/** Variables of containers: plain values, and those that Compose takes from `.env`. What comes from files is left out. */
export function variables(entries: readonly EnvironmentEntry[]): Record<string, ComposeText> {
  return Object.fromEntries(
    entries.flatMap((entry): [string, ComposeText][] => {
      if ('value' in entry) return [[entry.name, entry.value]]
      if (!('secret' in entry) || entry.secret.env === undefined) return []
      return [[entry.name, new ComposeVariable(entry.secret.env, `set ${entry.secret.env} in .env`)]]
    }),
  )
}

/** Where an engine reads the hub’s token from a file (huggingface_hub, constants.py, HF_TOKEN_PATH). */
const tokenVariable = { name: 'HF_TOKEN', pathName: 'HF_TOKEN_PATH' } as const

/** Whether a secret that an engine wants as a variable can be given to it. */
export function isExpressible(entry: EnvironmentEntry): boolean {
  return !('secret' in entry) || entry.secret.env !== undefined || entry.name === tokenVariable.name
}

/** An engine’s variables, and the files with the hub’s token and the key of its host where they are files. */
export function engineVariables(
  { environment, path, model }: EngineService,
  files: readonly SecretFile[],
): Pick<ComposeService, 'environment' | 'secrets'> {
  const tokenFiles = environment.flatMap((entry) =>
    'secret' in entry && entry.name === tokenVariable.name ? fileOf(entry.secret, files, path) : [],
  )
  const [first] = tokenFiles
  const keyFile = environment.some(({ name }) => name === keyVariableOf({ model })) ? keyFileIn(files) : undefined
  const mounted = [...tokenFiles.slice(0, 1), ...(keyFile === undefined ? [] : [keyFile])]
  const all = {
    ...variables(environment),
    ...(first === undefined ? {} : { [tokenVariable.pathName]: first.target }),
  }
  return {
    ...(Object.keys(all).length === 0 ? {} : { environment: all }),
    ...(mounted.length === 0 ? {} : { secrets: secretMounts(mounted) }),
  }
}

/** The file of a reference that is not a variable. */
function fileOf(reference: SecretReference, files: readonly SecretFile[], path: string): SecretFile[] {
  if (reference.env !== undefined) return []
  const model = path.replace(/\.(prefill|decode)$/, '')
  return files.filter((file) => file.readBy === 'engine' && file.path.startsWith(`${model}.`)).slice(0, 1)
}
