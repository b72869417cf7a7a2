/**
 * Writes the generated files of src/kubernetes from a folder with the documents of an API server's /openapi/v3, named as in
 * api/openapi-spec/v3 of Kubernetes: `node scripts/kubernetes/generate-types.ts FOLDER`.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { generateKubernetesFiles } from './types/generate.ts'
import type { OpenApiDocument } from './types/openapi-document.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('expected a folder of OpenAPI documents')
const documents = new Map<string, OpenApiDocument>()
for (const file of globSync(join(folder, '*__v*_openapi.json'))) {
  const path = basename(file).replace('_openapi.json', '').replaceAll('__', '/')
  documents.set(path, JSON.parse(readFileSync(file, 'utf8')) as OpenApiDocument)
}
const root = join(import.meta.dirname, '..', '..')
for (const [path, text] of generateKubernetesFiles(documents)) writeFileSync(join(root, path), text)
