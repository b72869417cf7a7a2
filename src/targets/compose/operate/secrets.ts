import { chmod, open, readFile } from 'node:fs/promises'
import { dirname, join, posix, resolve } from 'node:path'
import { UserError } from '../../../errors/index.ts'
import { createFolder, writeFileAtomic, type Environment } from '../../../files/index.ts'
import type { SecretReference } from '../../../fleet/index.ts'
import type { FleetSource, SecretState, SetSecretRequest, SetSecretResult } from '../../contract.ts'
import { gatewayFolder } from '../../rendering/index.ts'
import { chooseSecret, fleetSecrets, titleOf } from '../../secrets/index.ts'
import { secretsElsewhere } from '../layout.ts'
import { isInGatewayFolder } from '../secret-files.ts'
import { variablesOf, withVariable } from './dotenv.ts'

/** More than any secret has. */
const mostBytes = 1024 ** 2

const variablesFile = (folder: string) => join(folder, '.env')

/** How a variable of a project is told. */
export const variablePlace = (name: string, folder: string): string => `${name} in ${variablesFile(folder)}`

/** The file of a reference that is no variable, on the host. */
function hostFile({ file = '', secretRef }: SecretReference, folder: string): string {
  if (secretRef !== undefined) return join(folder, 'secrets', secretRef.name, secretRef.key)
  if (!isInGatewayFolder(file)) return file
  // What lies beside the Fleet in the container lies in the project's own folder of it.
  return join(folder, 'gateway', posix.relative(gatewayFolder, posix.resolve(gatewayFolder, file)))
}

/** The secrets of a Fleet as its project in a folder has them. */
function placed(source: FleetSource, folder: string) {
  const variables = new Map<string, string>()
  /** By place, the further hosts that alone read it. */
  const elsewhere = new Map<string, readonly string[]>()
  const hostsOf = secretsElsewhere(source.fleet)
  const secrets = fleetSecrets(source, 'compose', ({ path, reference, isFollowed }) => {
    const place = reference.env === undefined ? hostFile(reference, folder) : variablePlace(reference.env, folder)
    if (reference.env !== undefined) variables.set(place, reference.env)
    const pickup = reference.env !== undefined ? 'apply' : isFollowed ? 'reload' : 'restart'
    const hosts = hostsOf.get(path)
    if (hosts === undefined) return { place, pickup }
    elsewhere.set(place, hosts)
    return { place, pickup, isRead: false }
  })
  return { secrets, variables, elsewhere }
}

/** Whether each secret that a Fleet refers to is among a person's own files of its project, or in the environment. */
export async function composeSecrets(
  source: FleetSource,
  folder: string,
  environment: Environment,
): Promise<SecretState[]> {
  const { secrets, variables, elsewhere } = placed(source, folder)
  const set = await variablesOf(variablesFile(folder))
  return Promise.all(
    secrets.map(async (secret) => {
      const variable = variables.get(secret.place)
      const found = !secret.isRead
        ? ({ state: 'unused', detail: unusedText(elsewhere.get(secret.place)) } as const)
        : variable === undefined
          ? await lookAtFile(secret.place)
          : lookAtVariable(variable, set, { folder, environment })
      return Object.assign({}, secret, found)
    }),
  )
}

const unusedText = (hosts: readonly string[] | undefined): string =>
  hosts === undefined
    ? 'nothing on target compose reads it'
    : `engines on ${hosts.join(' and ')} alone read it: set it there, in the folder of that host`

function lookAtVariable(
  name: string,
  set: ReadonlyMap<string, string>,
  { folder, environment }: { readonly folder: string; readonly environment: Environment },
): Pick<SecretState, 'state' | 'detail'> {
  // The shell that runs Compose has the last word (Compose specification, interpolation).
  if ((environment[name] ?? '') !== '') return { state: 'present', detail: 'from the environment of this shell' }
  if ((set.get(name) ?? '') !== '') return { state: 'present', detail: '' }
  return { state: 'absent', detail: `${name} is neither in ${variablesFile(folder)} nor in the environment` }
}

async function lookAtFile(file: string): Promise<Pick<SecretState, 'state' | 'detail'>> {
  try {
    const text = await readFile(file, 'utf8')
    return text.trim() === '' ? { state: 'absent', detail: `${file} is empty` } : { state: 'present', detail: '' }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES') return { state: 'unknown', detail: `this user may not read ${file}` }
    return { state: 'absent', detail: `${file} is not there` }
  }
}

/**
 * Writes the value of a secret into the project: a line of `.env`, or a file of its own.
 * @param asOnlyOperator runs the writing as the only one of this machine that changes the project
 */
export async function setComposeSecret(
  source: FleetSource,
  folder: string,
  { name, key, value }: SetSecretRequest,
  environment: Environment,
  asOnlyOperator: <Result>(work: () => Promise<Result>) => Promise<Result>,
): Promise<SetSecretResult> {
  const { secrets, variables } = placed(source, folder)
  const secret = chooseSecret(secrets, { name, ...(key === undefined ? {} : { key }) }, source.fleet.name)
  const variable = variables.get(secret.place)
  const text = await value(secret)
  return asOnlyOperator(async () => {
    try {
      if (variable === undefined)
        return { secret, replaced: await writeMountedFile(secret.place, text, folder), notes: [] }
      const ofShell = environment[variable] ?? ''
      const note = `${variable} is set in this shell too, which has the last word when Compose is run from it`
      return { secret, replaced: await writeVariable(variable, text, folder), notes: ofShell === '' ? [] : [note] }
    } catch (error) {
      if (error instanceof UserError) throw error
      throw new UserError({
        what: `${titleOf(secret)} cannot be written`,
        where: secret.place,
        why: error instanceof Error ? error.message : String(error),
        mend: 'Let this user write there.',
        cause: error,
      })
    }
  })
}

/** Sets a variable of `.env`, which this user alone may read. Resolves to whether another value was there. */
async function writeVariable(name: string, value: string, folder: string): Promise<boolean> {
  const file = variablesFile(folder)
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const was = (await variablesOf(file)).get(name) ?? ''
  await writeFileAtomic(file, withVariable(before, name, value), 0o600)
  return was !== '' && was !== value
}

/**
 * Writes a file that a container mounts: in place, since a mounted file is a mounted inode, and readable, since the container is
 * another user; its folder below the project's `secrets` is closed instead. Resolves to whether another value was there.
 */
async function writeMountedFile(file: string, text: string, folder: string): Promise<boolean> {
  const ours = join(resolve(folder), 'secrets')
  await createFolder(dirname(file))
  if (file.startsWith(`${ours}/`)) await chmod(ours, 0o700)
  const content = text.endsWith('\n') ? text : `${text}\n`
  const handle = await open(file, 'a+', 0o644)
  try {
    const { size } = await handle.stat()
    const before = size > mostBytes ? 'too long to be compared' : (await handle.readFile('utf8')).trim()
    await handle.truncate(0)
    await handle.writeFile(content)
    // Created under the umask of this shell, which may keep the container from reading it.
    if (before === '' && file.startsWith(`${ours}/`)) await handle.chmod(0o644)
    await handle.sync()
    return before !== '' && before !== text.trim()
  } finally {
    await handle.close()
  }
}
