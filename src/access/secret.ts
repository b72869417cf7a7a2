import { resolve } from 'node:path'
import { UserError } from '../errors/index.ts'
import { readBoundedFile } from '../files/index.ts'
import type { SecretReference } from '../fleet/index.ts'
import { mountedSecretFile, readMountedSecret, secretFileLimitBytes } from './mounted-secret.ts'
import type { SecretContext } from './secret-context.ts'

/**
 * Reads a secret from where it is referred to; blanks and line ends around it are not part of it.
 * `field` is the path in the Fleet that holds the reference, for the error.
 * @throws UserError when it is missing or empty.
 */
export async function readSecret(reference: SecretReference, field: string, context: SecretContext): Promise<string> {
  const given = (['env', 'file', 'secretRef'] as const).filter((kind) => reference[kind] !== undefined)
  if (given.length !== 1) {
    throw new UserError({
      what: `${field} must say in exactly one way where the secret is`,
      where: field,
      why: given.length === 0 ? 'It says none.' : `It has ${given.join(' and ')}.`,
      mend: 'Keep one of env (a variable’s name), file (a path) and secretRef (a key of a Kubernetes Secret).',
    })
  }
  const { env, secretRef } = reference
  if (env !== undefined) {
    const value = context.environment[env]?.trim()
    if (value) return value
    throw new UserError({
      what: `The environment variable ${env} is ${value === undefined ? 'not set' : 'empty'}`,
      where: field,
      why: `${field} refers to it.`,
      mend: 'Set it before the start, or change the reference.',
      command: `export ${env}=…`,
    })
  }
  if (secretRef !== undefined) return readMountedSecret(secretRef, field, context)
  const path = secretFile(reference, context) ?? ''
  const value = (await readBoundedFile(path, secretFileLimitBytes)).toString('utf8').trim()
  if (value !== '') return value
  throw new UserError({
    what: `${path} is empty`,
    where: field,
    why: `${field} refers to it.`,
    mend: 'Write the secret into it.',
  })
}

/** The file that a reference leads to, to be followed for changes; undefined where it leads to a variable. */
export function secretFile({ file, secretRef }: SecretReference, context: SecretContext): string | undefined {
  if (secretRef !== undefined) return mountedSecretFile(secretRef, context)
  return file === undefined ? undefined : resolve(context.baseFolder, file)
}
