import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { UserError } from '../errors/index.ts'
import { readBoundedFile } from '../files/index.ts'
import type { SecretReference } from '../fleet/index.ts'
import type { SecretContext } from './secret-context.ts'

/** A key of a Kubernetes Secret. */
type SecretKey = NonNullable<SecretReference['secretRef']>

/** Where targets mount Secrets for our containers; /var/run is where Kubernetes mounts its own. */
const usualFolder = '/var/run/secrets/fairlead'

/** No key or token is near this long; a larger file is not one. */
export const secretFileLimitBytes = 64 * 1024

/** The folder in which each Secret has a folder of its own. */
function secretsFolder({ secretsFolder: given, environment }: SecretContext): string {
  return resolve(given || environment['FAIRLEAD_SECRETS_FOLDER'] || usualFolder)
}

/** The file that a Secret's key is, where the Secret is mounted: `<secrets folder>/<name>/<key>`. */
export function mountedSecretFile({ name, key }: SecretKey, context: SecretContext): string {
  return join(secretsFolder(context), name, key)
}

/**
 * Reads a key of a mounted Secret; blanks and line ends around it are not part of it.
 * @throws UserError naming the Secret and the key when it is not there, empty, or not readable
 */
export async function readMountedSecret(reference: SecretKey, field: string, context: SecretContext): Promise<string> {
  const { name, key } = reference
  const path = mountedSecretFile(reference, context)
  const refusal = (what: string, why: string, mend: string, cause?: unknown) =>
    new UserError({ what, where: field, why, mend, ...(cause === undefined ? {} : { cause }) })
  // What Kubernetes takes as a key of a Secret (apimachinery, IsConfigMapKey), so no path out of the folder.
  if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key === '.' || key.startsWith('..')) {
    throw refusal(
      `${JSON.stringify(key)} is no key that a Secret can have`,
      `${field} asks for it in the Secret ${name}.`,
      'Keys are of letters, digits and . _ -',
    )
  }
  try {
    const value = (await readBoundedFile(path, secretFileLimitBytes)).toString('utf8').trim()
    if (value !== '') return value
  } catch (error) {
    if (await isThere(join(secretsFolder(context), name))) {
      throw refusal(
        `The key ${key} of the Secret ${name} cannot be read`,
        error instanceof UserError ? `${path}: ${error.parts.why ?? error.message}` : String(error),
        'Add the key to the Secret, or correct the reference.',
        error,
      )
    }
    throw refusal(
      `The Secret ${name} is not mounted here`,
      `${field} refers to its key ${key}, and there is no folder ${join(secretsFolder(context), name)}.`,
      'In a cluster, mount the Secret there, or name the folder of the mounted Secrets with --secrets-folder or ' +
        'FAIRLEAD_SECRETS_FOLDER. On a machine of your own use env (a variable’s name) or file (a path).',
      error,
    )
  }
  throw refusal(`The key ${key} of the Secret ${name} is empty`, `${field} refers to it.`, 'Write the secret into it.')
}

const isThere = (folder: string) =>
  stat(folder).then(
    () => true,
    () => false,
  )
