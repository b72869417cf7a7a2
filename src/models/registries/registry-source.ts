import { UserError } from '../../errors/index.ts'

/** The registries that sources name. */
export type RegistryName = 'mlflow' | 'kubeflow'

/** A model in a registry. Without a version, it is the newest one, or what an alias means now. */
export interface RegistrySource {
  readonly registry: RegistryName
  readonly name: string
  readonly version?: string
  /** Of MLflow only; `latest` is the alias that it reserves for the newest version. */
  readonly alias?: string
}

const forms = {
  mlflow: 'models:/name/version or models:/name@alias',
  kubeflow: 'model-registry://name/version',
}

/** Longest name or version that is asked for; MLflow’s store has 256 characters for a name. */
const longestWord = 256

/** Whether a source names a model in a registry, and not where its files are. */
export const isRegistrySource = (source: string): boolean => /^(?:models:\/|model-registry:\/\/)/.test(source)

/** Whether a source may mean another version tomorrow. */
export const checkMoves = ({ version }: Pick<RegistrySource, 'version'>): boolean => version === undefined

/**
 * Reads a source of a registry.
 * Sources: MLflow 3.17, `store/artifact/utils/models.py` (`models:/<name>/<version>`, `/latest`, `@<alias>`; names have neither
 * `/` nor `:`); Kubeflow Model Registry, `cmd/csi` (`model-registry://[<host>/]<name>[/<version>]`, the host being the registry’s).
 * @param address the registry’s, which may stand in the source as its host
 * @throws UserError that says what is wrong with it and how it is written
 */
export function parseRegistrySource(source: string, address?: string): RegistrySource {
  const registry: RegistryName = source.startsWith('models:/') ? 'mlflow' : 'kubeflow'
  const refuse = (why: string): never => {
    throw new UserError({
      what: `${JSON.stringify(source)} names no version of a registered model`,
      why,
      mend: `Write ${forms[registry]}.`,
    })
  }
  const check = (words: readonly (string | undefined)[]): void => {
    for (const word of words) {
      if (word === undefined) continue
      if (word.trim() === '') refuse('A name in it is empty.')
      if (word.length > longestWord) refuse(`A name in it has more than ${longestWord} characters.`)
      if (/[\p{Cc}\p{Cf}]/u.test(word)) refuse('It has characters that no name has.')
    }
  }
  return registry === 'mlflow' ? parseMlflow(source, check, refuse) : parseKubeflow(source, check, refuse, address)
}

type Check = (words: readonly (string | undefined)[]) => void
type Refuse = (why: string) => never

function parseMlflow(source: string, check: Check, refuse: Refuse): RegistrySource {
  const rest = source.slice('models:/'.length)
  if (rest.startsWith('/')) refuse('The address of MLflow is storage.models.mlflow, and no part of the source.')
  const at = rest.lastIndexOf('@')
  if (at >= 0 && !rest.includes('/')) {
    const [name, alias] = [rest.slice(0, at), rest.slice(at + 1)]
    check([name, alias])
    if (name.includes(':')) refuse('The name of a registered model has no ":".')
    return { registry: 'mlflow', name, alias }
  }
  const [name = '', version, ...more] = rest.split('/')
  if (version === undefined) refuse('It says no version, and an id of a logged model is none.')
  check([name, version])
  if (more.length > 0 || name.includes(':')) refuse('The name of a registered model has neither "/" nor ":".')
  if (version === 'latest') return { registry: 'mlflow', name, alias: 'latest' }
  if (!/^\d{1,10}$/.test(version ?? ''))
    refuse(`${JSON.stringify(version)} is no number, which versions of MLflow are.`)
  return { registry: 'mlflow', name, version: String(Number(version)) }
}

function parseKubeflow(source: string, check: Check, refuse: Refuse, address: string | undefined): RegistrySource {
  const words = source.slice('model-registry://'.length).split('?')[0]?.split('/') ?? []
  const host = address === undefined ? undefined : URL.parse(address)?.host
  const [name = '', version, ...more] = words.length > 1 && words[0] === host ? words.slice(1) : words
  check([name, version])
  if (more.length > 0) refuse('Its first part is not the host of storage.models.modelRegistry.')
  return { registry: 'kubeflow', name, ...(version === undefined ? {} : { version }) }
}
