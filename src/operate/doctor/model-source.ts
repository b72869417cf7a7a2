import { fileURLToPath } from 'node:url'
import { UserError } from '../../errors/index.ts'
import { readSecret } from '../../access/index.ts'
import type { Environment } from '../../files/index.ts'
import type { Model } from '../../fleet/index.ts'
import { failed, ok, type Finding } from './contract.ts'
import type { Machine } from './machine.ts'

/** Where a model’s source is asked from. */
export interface SourcePlace {
  readonly machine: Machine
  readonly environment: Environment
  /** Folder that relative paths in the Fleet start from. */
  readonly baseFolder: string
  /** `storage.models.hubMirror`. */
  readonly hubMirror?: string | undefined
}

/** Whether the source of a model answers, with the token that the Fleet names. */
export async function lookAtSource(model: Model, index: number, place: SourcePlace): Promise<Finding> {
  const { source = '' } = model
  if (source.startsWith('file://')) return lookAtFile(source, place.machine)
  if (source.startsWith('hf://')) return lookAtHub(model, index, place)
  if (source.startsWith('pypi://')) return lookAtIndex(source, place)
  return ok(`${source} is not asked from here`)
}

async function lookAtFile(source: string, machine: Machine): Promise<Finding> {
  const path = URL.canParse(source) ? fileURLToPath(source) : source
  return (await machine.isThere(path)) ? ok(path) : failed(`${path} is not there`, 'Correct `source`.')
}

async function lookAtHub(model: Model, index: number, place: SourcePlace): Promise<Finding> {
  const { source = '' } = model
  const repository = /^hf:\/\/([^/@:]+\/[^/@:]+)/.exec(source)?.[1] ?? source
  const hub = (place.hubMirror ?? (place.environment['HF_ENDPOINT'] || 'https://huggingface.co')).replace(/\/+$/, '')
  const url = `${hub}/api/models/${repository}/auth-check`
  const token = await tokenOf(model, index, place)
  const answer = await place.machine.ask(url, token === undefined ? {} : { authorization: `Bearer ${token}` })
  if ('problem' in answer) {
    return failed(
      `${new URL(hub).host} cannot be reached (${answer.problem})`,
      'Let this machine reach it, name a mirror with `storage.models.hubMirror`, or fetch the model where it can be and set `storage.models.offline`.',
      'fairlead models pull',
    )
  }
  const { status } = answer
  if (status >= 200 && status < 400) return ok(`${repository} may be read`)
  if (status === 401 || status === 403) {
    return token === undefined
      ? failed(
          `${repository} is gated or private, and no token is named`,
          'Accept its licence and name a token with `token`.',
        )
      : failed(
          `${repository} may not be read with the token that is named`,
          'Accept its licence with the account of the token.',
        )
  }
  if (status === 404)
    return failed(`${new URL(hub).host} has no ${repository}`, 'Correct `source`; a private model needs a `token`.')
  return failed(
    `${new URL(hub).host} answers ${status} for ${repository}`,
    'Try again later, or name a mirror with `storage.models.hubMirror`.',
  )
}

async function lookAtIndex(source: string, { machine, environment }: SourcePlace): Promise<Finding> {
  const name = /^pypi:\/\/([^@/]+)/.exec(source)?.[1] ?? ''
  const index = (environment['PIP_INDEX_URL'] || 'https://pypi.org/simple').replace(/\/+$/, '')
  const answer = await machine.ask(`${index}/${name}/`)
  if ('problem' in answer) {
    return failed(`the package index cannot be reached (${answer.problem})`, 'Name one that can with PIP_INDEX_URL.')
  }
  return answer.status < 400
    ? ok(`${name} is there`)
    : failed(`the package index answers ${answer.status} for ${name}`, 'Correct `source`.')
}

/** The token of a model, where it names one that is there; the check of tokens tells what is wrong with another. */
async function tokenOf(model: Model, index: number, place: SourcePlace): Promise<string | undefined> {
  if (model.token === undefined) return place.environment['HF_TOKEN'] || undefined
  try {
    return await readSecret(model.token, `models[${index}].token`, {
      environment: place.environment,
      baseFolder: place.baseFolder,
    })
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
