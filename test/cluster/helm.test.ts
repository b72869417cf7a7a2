import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { helmOf, isObject, textOf } from '../../src/targets/index.ts'
import { exampleFleets, renderExample } from './harness/examples.ts'

const run = promisify(execFile)
const helm = process.env['FAIRLEAD_TEST_HELM']
const missing = process.env['FAIRLEAD_TEST_HELM_MISSING'] ?? 'not started by `npm run test:cluster`'
const folder = mkdtempSync(join(tmpdir(), 'fairlead-chart-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(({ skip }) => {
  if (helm === undefined) skip(missing)
})

interface Named {
  readonly kind: string
  readonly metadata: { readonly name: string }
}

/** Documents of a stream by kind and name, without the line that says which template each is of. */
function documentsOf(stream: string): Map<string, string> {
  const documents = `\n${stream}`
    .split('\n---\n')
    .map((text) => text.replace(/^# Source: .*\n/, '').trim())
    .filter((text) => text !== '')
  return new Map(
    documents.map((text) => {
      const { kind, metadata } = parse(text) as Named
      return [`${kind} ${metadata.name}`, text]
    }),
  )
}

// proves B6 (real part)
describe('a chart, by Helm itself', () => {
  it.each(exampleFleets)('gives with its own values what is rendered without it: %s', async (_, text) => {
    const { artifacts, fleet, namespace } = renderExample(text)
    const chart = join(folder, fleet)
    for (const { path, text: content } of helmOf(artifacts, { fleet, version: '1.2.3', namespace })) {
      mkdirSync(dirname(join(chart, path)), { recursive: true })
      writeFileSync(join(chart, path), content)
    }
    const values = artifacts.some((artifact) => isObject(artifact) && artifact.object.kind === 'Namespace')
      ? ['--set', 'createNamespace=true']
      : []
    await run(helm ?? '', ['lint', '--strict', '--namespace', namespace, chart])
    const args = ['template', 'release', chart, '--namespace', namespace, ...values]
    const { stdout } = await run(helm ?? '', args, { maxBuffer: 64 * 1024 ** 2 })
    const plain = artifacts.filter(isObject).map(textOf).join('---\n')
    expect(documentsOf(stdout)).toEqual(documentsOf(plain))
  })

  it('is refused with a value that no template reads', async () => {
    const chart = join(folder, 'full')
    const args = ['template', 'release', chart, '--namespace', 'llm', '--set', 'gateway.replica=3']
    await expect(run(helm ?? '', args)).rejects.toThrow(/replica.*not allowed/)
  })
})
