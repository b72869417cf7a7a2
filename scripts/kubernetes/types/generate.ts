import { coreKinds, customKinds } from './kinds.ts'
import { readCustomKinds, readDefinitions } from './read-crds.ts'
import type { OpenApiDocument } from './openapi-document.ts'
import { readOpenApi } from './read-openapi.ts'
import { TableWriter } from './write-table.ts'
import { TypeWriter } from './write-types.ts'

/** The generated files of src/kubernetes by path, from the documents of /openapi/v3 by path such as `apis/apps/v1`. */
export function generateKubernetesFiles(documents: ReadonlyMap<string, OpenApiDocument>): Map<string, string> {
  const core = readOpenApi(documents, coreKinds)
  const custom = readCustomKinds(customKinds, readDefinitions())
  const types = new TypeWriter(core.definitions).write(core.kinds, custom)
  return new Map([
    ...[...types].map(([name, text]) => [`src/kubernetes/types/${name}`, text] as const),
    ['src/kubernetes/schemas/schemas.json', new TableWriter(core).write([...core.kinds, ...custom])],
  ])
}
