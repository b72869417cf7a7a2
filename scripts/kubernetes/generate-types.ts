/**
 * Writes the generated files of src/kubernetes, from the OpenAPI documents of an API server that it starts for that, and from
 * test/cluster/crds: `npm run generate:kubernetes`.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApiClient } from '../../test/cluster/harness/api-client.ts'
import { startControlPlane } from '../../test/cluster/harness/control-plane.ts'
import { provisionKubernetes } from './provision.js'
import { readOpenApiDocuments } from './types/fetch-openapi.ts'
import { generateKubernetesFiles } from './types/generate.ts'

const root = join(import.meta.dirname, '..', '..')
const controlPlane = await startControlPlane({ binaries: await provisionKubernetes() })
const client = new ApiClient(controlPlane)
try {
  const files = generateKubernetesFiles(await readOpenApiDocuments((path) => client.getText(path)))
  for (const [path, text] of files) writeFileSync(join(root, path), text)
  process.stdout.write(`Wrote ${files.size} files.\n`)
} finally {
  await client.close()
  await controlPlane.stop()
}
