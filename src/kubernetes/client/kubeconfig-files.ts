import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { parse } from 'yaml'
import { UserError } from '../../errors/index.ts'
import { readBoundedFile, type Environment } from '../../files/index.ts'
import type { ClusterChoice } from './contract.ts'

const limitBytes = 16 * 1024 * 1024

type Entry = { readonly name?: string } & Readonly<Record<string, unknown>>

/** Several kubeconfig files as one. */
export interface MergedKubeconfig {
  readonly files: readonly string[]
  readonly clusters: readonly Entry[]
  readonly users: readonly Entry[]
  readonly contexts: readonly Entry[]
  readonly currentContext: string | undefined
}

/** The files that kubectl would read, in its order; a file that the person named may be absent here. */
export function kubeconfigPaths(choice: ClusterChoice, environment: Environment): readonly string[] {
  if (choice.kubeconfig !== undefined) return [choice.kubeconfig]
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '')
  if (named.length > 0) return named
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? ownHome()
  return home === undefined ? [] : [join(home, '.kube', 'config')]
}

/** A user of whom the system knows nothing, as pods of some platforms have, has no home, and asking for it throws. */
function ownHome(): string | undefined {
  try {
    return homedir()
  } catch {
    return undefined
  }
}

/**
 * Reads and joins kubeconfig files as kubectl does: the first file that names a cluster, user, context or the current context
 * decides it, files that are not there are passed over, and paths in a file start from its folder. Undefined when none is there.
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 * @throws {UserError} for a file that cannot be read or understood
 */
export async function readKubeconfig(paths: readonly string[]): Promise<MergedKubeconfig | undefined> {
  const files = paths.filter((path) => existsSync(path))
  if (files.length === 0) return undefined
  const documents = await Promise.all(files.map(readOne))
  const first = (key: string): readonly Entry[] => {
    const byName = new Map<string, Entry>()
    for (const document of documents) {
      for (const entry of listOf(document[key])) {
        if (entry.name !== undefined && !byName.has(entry.name)) byName.set(entry.name, entry)
      }
    }
    return [...byName.values()]
  }
  const current = documents.map((document) => document['current-context'])
  return {
    files,
    clusters: first('clusters'),
    users: first('users'),
    contexts: first('contexts'),
    currentContext: current.find((name) => typeof name === 'string' && name !== '') as string | undefined,
  }
}

function listOf(value: unknown): readonly Entry[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'object' && entry !== null) : []
}

/** Fields of a kubeconfig that are paths. */
const pathFields = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'] as const

async function readOne(file: string): Promise<Readonly<Record<string, unknown>>> {
  let document: unknown
  try {
    if (!statSync(file).isFile()) throw new Error('It is not a file.')
    document = parse((await readBoundedFile(file, limitBytes)).toString('utf8'), { maxAliasCount: 0 })
  } catch (error) {
    throw refusal(file, error instanceof Error ? error.message : String(error), error)
  }
  if (document === null) return {}
  if (typeof document !== 'object' || Array.isArray(document)) throw refusal(file, 'It is not a mapping.')
  const absolute = (holder: unknown): unknown => {
    if (typeof holder !== 'object' || holder === null) return holder
    const copy: Record<string, unknown> = { ...holder }
    for (const field of pathFields) {
      const path = copy[field]
      if (typeof path === 'string' && path !== '' && !isAbsolute(path)) copy[field] = join(dirname(file), path)
    }
    const exec = copy['exec'] as { readonly command?: unknown } | null | undefined
    const command = exec?.command
    // A command with a folder starts from the file's folder; a bare name is looked up in PATH.
    if (typeof command === 'string' && /[/\\]/.test(command) && !isAbsolute(command)) {
      copy['exec'] = { ...exec, command: join(dirname(file), command) }
    }
    return copy
  }
  const from = document as Record<string, unknown>
  return {
    ...from,
    clusters: listOf(from['clusters']).map(({ name, cluster }) => ({ name, cluster: absolute(cluster) })),
    users: listOf(from['users']).map(({ name, user }) => ({ name, user: absolute(user) })),
  }
}

function refusal(file: string, why: string, cause?: unknown): UserError {
  return new UserError({
    what: 'The kubeconfig cannot be used',
    where: file,
    why,
    mend: 'Check the file, or name another one with --kubeconfig or KUBECONFIG.',
    command: `kubectl config view --kubeconfig ${file}`,
    cause,
  })
}
