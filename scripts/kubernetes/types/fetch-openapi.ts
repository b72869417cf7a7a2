import { coreKinds } from './kinds.ts'
import type { OpenApiDocument } from './openapi-document.ts'

/** The list of documents below /openapi/v3. */
interface DocumentList {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>
}

const groupOf = (path: string) => (path.startsWith('apis/') ? path.split('/')[1] : '')

/** The OpenAPI documents of an API server for the groups of its own kinds, by path such as `apis/apps/v1`. */
export async function readOpenApiDocuments(
  get: (path: string) => Promise<string>,
): Promise<Map<string, OpenApiDocument>> {
  const { paths } = JSON.parse(await get('/openapi/v3')) as DocumentList
  const groups = new Set(coreKinds.map(({ group }) => group))
  const isWanted = (path: string) => /\/v\d+$/.test(path) && groups.has(groupOf(path) ?? '')
  const documents = new Map<string, OpenApiDocument>()
  for (const path of Object.keys(paths).filter(isWanted).sort()) {
    const address = paths[path]?.serverRelativeURL ?? ''
    documents.set(path, JSON.parse(await get(address)) as OpenApiDocument)
  }
  return documents
}
