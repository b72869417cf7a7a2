import { resolve } from 'node:path'
import { UserError } from '../errors/index.ts'
import { readBoundedFile, type Environment } from '../files/index.ts'
import type { SecretReference } from '../fleet/index.ts'

/** Where references are looked up. */
export interface SecretContext {
  readonly environment: Environment
  /** Folder that relative paths start from: that of the Fleet file. */
  readonly baseFolder: string
}

/** No key or token is near this long; a larger file is not one. */
const secretFileLimitBytes = 64 * 1024

/**
 * Reads a secret from where it is referred to; blanks and line ends around it are not part of it.
 * `field` is the path in the Fleet that holds the reference, for the error.
 * @throws UserError when it is missing, empty, or of a kind that this machine has not.
 */
export async function readSecret(reference: SecretReference, field: string, context: SecretContext): Promise<string> {
  const given = (['env', 'file', 'secretRef'] as const).filter((kind) => reference[kind] !== undefined)
  if (given.length !== 1) {
    throw new UserError({
      what: `${field} must say in exactly one way where the secret is`,
      where: field,
      why: given.length === 0 ? 'It says none.' : `It has ${given.join(' and ')}.`,
      mend: 'Keep one of env (a variable’s name) and file (a path).',
    })
  }
  const { env, file } = reference
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
  if (file !== undefined) {
    const path = resolve(context.baseFolder, file)
    const value = (await readBoundedFile(path, secretFileLimitBytes)).toString('utf8').trim()
    if (value !== '') return value
    throw new UserError({
      what: `${path} is empty`,
      where: field,
      why: `${field} refers to it.`,
      mend: 'Write the secret into it.',
    })
  }
  throw new UserError({
    what: `${field} refers to a Kubernetes Secret, which a gateway on this machine cannot read`,
    where: field,
    why: 'secretRef is for the targets that run in a cluster.',
    mend: 'Use env (a variable’s name) or file (a path) here.',
  })
}
