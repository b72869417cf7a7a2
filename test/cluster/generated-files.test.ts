import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { generateKubernetesFiles } from '../../scripts/kubernetes/types/generate.ts'
import { readOpenApiDocuments } from '../../scripts/kubernetes/types/fetch-openapi.ts'
import { repository } from '../harness/world.ts'
import { useCluster } from './harness/use-cluster.ts'

const cluster = useCluster()

it('has types and schemas that are those of the real server, so that what compiles is what it takes', async () => {
  const documents = await readOpenApiDocuments((path) => cluster.client.getText(path))
  const outdated = [...generateKubernetesFiles(documents)].filter(
    ([path, text]) => readFileSync(join(repository, path), 'utf8') !== text,
  )
  // `npm run generate:kubernetes` writes them anew.
  expect(outdated.map(([path]) => path)).toEqual([])
})
