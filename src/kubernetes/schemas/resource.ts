import { findKind } from './schema-table.ts'

/** How a kind is named in URLs of the API server. */
export interface Resource {
  /** Such as `apps/v1`. */
  readonly apiVersion: string
  /** Such as `deployments`. */
  readonly plural: string
  readonly isNamespaced: boolean
}

/** The resource of a kind; undefined for a kind that Fairlead does not know. */
export function resourceOf(apiVersion: string, kind: string): Resource | undefined {
  const known = findKind(apiVersion, kind)
  return known === undefined ? undefined : { apiVersion, plural: known.plural, isNamespaced: known.isNamespaced }
}

/** The path of an object, or of all objects of its kind where no name is given. */
export function resourcePath(
  { apiVersion, plural, isNamespaced }: Resource,
  namespace: string | undefined,
  name?: string,
): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const scope = isNamespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${group}${scope}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}
