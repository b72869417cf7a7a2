import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { readSecret, secretFile, type SecretContext } from '../../access/index.ts'
import { UserError } from '../../errors/index.ts'
import { readBoundedFile, writeFileAtomic, type Environment } from '../../files/index.ts'
import type { SecretReference } from '../../fleet/index.ts'
import type { FleetSecret, FleetSource, SecretState, SetSecretRequest, SetSecretResult } from '../contract.ts'
import { chooseSecret, fleetSecrets, mostBytesOf, type NamedReference } from '../secrets/index.ts'

const contextOf = (source: FleetSource, environment: Environment): SecretContext => ({
  environment,
  baseFolder: dirname(source.file),
})

/** The secrets of a Fleet, and the reference by which each is read. */
function placed(
  source: FleetSource,
  environment: Environment,
): { readonly secrets: FleetSecret[]; readonly references: ReadonlyMap<string, NamedReference> } {
  const context = contextOf(source, environment)
  const references = new Map<string, NamedReference>()
  const secrets = fleetSecrets(source, 'local', (named) => {
    const { reference, isFollowed } = named
    const file = secretFile(reference, context)
    const place = file ?? `variable ${reference.env ?? ''} of whoever starts the Fleet`
    references.set(place, named)
    return { place, pickup: file !== undefined && isFollowed ? 'reload' : 'apply' }
  })
  return { secrets, references }
}

/** Whether each secret that a Fleet refers to is there on this machine. */
export async function localSecrets(source: FleetSource, environment: Environment): Promise<SecretState[]> {
  const { secrets, references } = placed(source, environment)
  const context = contextOf(source, environment)
  return Promise.all(
    secrets.map(async (secret) => {
      const reference = references.get(secret.place)?.reference ?? {}
      return Object.assign({}, secret, await lookAt(secret, reference, context))
    }),
  )
}

async function lookAt(
  secret: FleetSecret,
  reference: SecretReference,
  context: SecretContext,
): Promise<Pick<SecretState, 'state' | 'detail' | 'mend'>> {
  if (!secret.isRead) return { state: 'unused', detail: 'nothing on target local reads it' }
  const problem = await problemOf(secret, reference, context)
  if (problem !== undefined) return { state: 'absent', ...problem }
  return { state: 'present', detail: await openness(secretFile(reference, context)) }
}

/** Why a secret cannot be read; undefined where it can. */
async function problemOf(
  { kind, uses, place }: FleetSecret,
  reference: SecretReference,
  context: SecretContext,
): Promise<Pick<SecretState, 'detail' | 'mend'> | undefined> {
  try {
    if (kind === 'keys-file') await readBoundedFile(place, keysFileLimitBytes)
    else await readSecret(reference, uses[0]?.path ?? '', context)
    return undefined
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const { what, why } = error.parts
    const whole = reference.file === undefined || why === undefined ? what : `${what}: ${why.replace(/\.$/, '')}`
    return {
      detail: whole.replace(/^The /, 'the '),
      ...(reference.env === undefined ? {} : { mend: `export ${reference.env}=…` }),
    }
  }
}

/** As the gateway bounds it. */
const keysFileLimitBytes = 4 * 1024 * 1024

/** Who beside this user may read a file with a secret; empty where nobody may. */
async function openness(file: string | undefined): Promise<string> {
  const mode = file === undefined ? undefined : (await stat(file).catch(() => undefined))?.mode
  if (mode === undefined || (mode & 0o077) === 0) return ''
  return `others of this machine may read or change it (mode ${(mode & 0o777).toString(8).padStart(4, '0')})`
}

/**
 * Writes the file that a secret is.
 * @throws UserError for one that is a variable: nobody can set those of another process
 */
export async function setLocalSecret(
  source: FleetSource,
  { name, key, value }: SetSecretRequest,
  environment: Environment,
): Promise<SetSecretResult> {
  const { secrets, references } = placed(source, environment)
  const secret = chooseSecret(secrets, { name, ...(key === undefined ? {} : { key }) }, source.fleet.name)
  const reference = references.get(secret.place)?.reference ?? {}
  if (reference.env !== undefined) {
    throw new UserError({
      what: `${reference.env} is a variable, which only whoever starts the Fleet can set`,
      where: secret.uses[0]?.path ?? '',
      why: 'Target local reads it from the environment in which `fairlead up` is started, and keeps it nowhere.',
      mend: `Set it there, or refer to a file, \`{ file: secrets/${reference.env.toLowerCase()} }\`, which this command writes.`,
      command: `read -rs ${reference.env} && export ${reference.env} && fairlead up`,
    })
  }
  const before = await readBoundedFile(secret.place, mostBytesOf(secret)).catch(() => undefined)
  const text = await value(secret)
  await writeSecretFile(secret.place, text)
  return { secret, replaced: before !== undefined && before.toString('utf8').trim() !== text.trim(), notes: [] }
}

/** Writes a file that this user alone may read. @throws UserError where it cannot be written */
async function writeSecretFile(file: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(file, text.endsWith('\n') ? text : `${text}\n`, 0o600)
  } catch (error) {
    throw new UserError({
      what: `${file} cannot be written`,
      where: file,
      why: error instanceof Error ? error.message : String(error),
      mend: 'Let this user write there, or refer to a file elsewhere.',
      cause: error,
    })
  }
}
