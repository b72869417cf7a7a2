import { ClusterError, type ClusterClient, type LiveObject } from '../../../kubernetes/index.ts'

/** A Secret that the External Secrets Operator makes, and how that stands. */
export interface ExternalSecret {
  readonly name: string
  /** Name of the Secret that it makes. */
  readonly makes: string
  readonly isReady: boolean
  /** Why it is not ready; empty where it says nothing. */
  readonly why: string
}

/** Versions in which ExternalSecrets are served, newest first (external-secrets.io, v1 since 0.16). */
const versions = ['external-secrets.io/v1', 'external-secrets.io/v1beta1']

/** The ExternalSecrets of a namespace; none where the operator is not there or this account may not look. */
export async function readExternalSecrets(
  client: ClusterClient,
  namespace: string,
): Promise<readonly ExternalSecret[]> {
  for (const apiVersion of versions) {
    if (!(await client.serves(apiVersion, 'ExternalSecret'))) continue
    try {
      const { items } = await client.list({ apiVersion, kind: 'ExternalSecret', namespace })
      return items.map(externalSecretOf)
    } catch (error) {
      if (error instanceof ClusterError && ['forbidden', 'no-such-kind', 'not-found'].includes(error.reason)) return []
      throw error
    }
  }
  return []
}

/** Most of a message that is told. */
const longestWhy = 200

/** What an ExternalSecret says of itself: `spec.target.name`, its own name when absent, and condition `Ready`. */
export function externalSecretOf(object: LiveObject): ExternalSecret {
  const { name } = object.metadata
  const spec = fieldsOf(object['spec'])
  const conditions = fieldsOf(object['status'])['conditions']
  const ready = (Array.isArray(conditions) ? conditions : []).map(fieldsOf).find(({ type }) => type === 'Ready')
  const target = fieldsOf(spec['target'])['name']
  const said = [ready?.['reason'], ready?.['message']].filter((part) => typeof part === 'string' && part !== '')
  return {
    name,
    makes: typeof target === 'string' && target !== '' ? target : name,
    isReady: ready?.['status'] === 'True',
    why: said
      .join(': ')
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .slice(0, longestWhy),
  }
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

/** How it is told: `ExternalSecret lab makes it, and is not ready: SecretSyncedError: …`. */
export function externalText({ name, isReady, why }: ExternalSecret): string {
  if (isReady) return `ExternalSecret ${name} makes it`
  return `ExternalSecret ${name} makes it, and is not ready${why === '' ? '' : `: ${why}`}`
}
