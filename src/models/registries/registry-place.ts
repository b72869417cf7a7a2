import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import type { RegistryName } from './registry-source.ts'

/** Who asks a registry: a token, or a name and a password. */
export interface RegistryCredentials {
  readonly token?: string | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
}

/** A registry, and who asks it. */
export interface RegistryPlace {
  /** Without a slash at its end. */
  readonly address: string
  readonly credentials: RegistryCredentials
}

/** What each registry is called, where its address stands, and the variable that its own client reads. */
export const registryFacts = {
  mlflow: { title: 'MLflow', field: 'storage.models.mlflow', variable: 'MLFLOW_TRACKING_URI' },
  kubeflow: { title: 'the model registry', field: 'storage.models.modelRegistry', variable: undefined },
} as const satisfies Record<RegistryName, object>

/**
 * The address of a registry: the Fleet’s own, else that of the variable which the registry’s own client reads.
 * @throws UserError when there is none, or it is no address of one
 */
export function registryAddress(registry: RegistryName, given: string | undefined, environment: Environment): string {
  const { title, field, variable } = registryFacts[registry]
  const found = given ?? (variable === undefined ? undefined : environment[variable])?.trim()
  if (found === undefined || found === '') {
    throw new UserError({
      what: `Nothing says where ${title} is`,
      mend: `Write ${field}: https://…${variable === undefined ? '' : `, or set ${variable}`}.`,
    })
  }
  const url = URL.parse(found)
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (url === null || !isWeb || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new UserError({
      what: `${given === undefined ? variable : field} is not the address of a registry`,
      why: 'It is an http or https address without credentials, query and fragment.',
      mend: `Write it as https://host/path; credentials are fields of their own beside ${field}.`,
    })
  }
  return url.href.replace(/\/+$/, '')
}

/**
 * Who asks, where the Fleet does not say: the variables that MLflow’s own client reads (MLflow 3.17,
 * `environment_variables.py`), and they go to the address of the same environment alone.
 */
export function registryCredentials(
  registry: RegistryName,
  address: string,
  environment: Environment,
): RegistryCredentials {
  const { variable } = registryFacts[registry]
  const own = variable === undefined ? undefined : environment[variable]
  if (own === undefined || URL.parse(own.trim())?.href.replace(/\/+$/, '') !== address) return {}
  const {
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_TRACKING_USERNAME: user,
    MLFLOW_TRACKING_PASSWORD: password,
  } = environment
  return { token: token || undefined, user: user || undefined, password: password || undefined }
}

/** The header that credentials become (RFC 6750, section 2.1; RFC 7617). */
export function secretHeadersOf({ token, user, password }: RegistryCredentials): Readonly<Record<string, string>> {
  if (token !== undefined) return { authorization: `Bearer ${checkWord(token)}` }
  if (user === undefined || password === undefined) return {}
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}` }
}

function checkWord(token: string): string {
  if (/^[\u0021-\u007e]{1,8192}$/.test(token)) return token
  throw new UserError({
    what: 'The token of the registry is not a token',
    why: 'It has spaces or characters that no token has.',
    mend: 'Copy it again.',
  })
}
