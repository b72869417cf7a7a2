import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { validateObject } from '../../src/kubernetes/index.ts'
import { renderers } from '../../src/targets/index.ts'
import { repository } from '../harness/world.ts'
import { applyAll, takenAsTheyAre, type RenderedObject } from './harness/apply-all.ts'
import { useCluster } from './harness/use-cluster.ts'

const run = promisify(execFile)
const cluster = useCluster()

const fleets = globSync(join(repository, 'examples', '{presets/,}*.yaml')).sort()
const cases = fleets.map((path) => [basename(path, '.yaml'), path] as const)
const targets = renderers.map(({ name }) => name).filter((name) => name !== 'compose')

/** What a target cannot express, and says so; a Fleet that is not here has to render. */
const refused: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  llmd: {
    keys: /reads no metrics of llama\.cpp/,
    laptop: /reads no metrics of llama\.cpp/,
  },
}

/** The objects that `fairlead render` writes to standard output; rejects with what it says when it renders not all of them. */
async function rendered(fleet: string, target: string): Promise<RenderedObject[]> {
  const fairlead = join(repository, 'bin', 'fairlead.js')
  const { stdout } = await run(process.execPath, [fairlead, 'render', fleet, '--target', target, '--offline'])
  return parseAllDocuments(stdout).flatMap((document) => (document.toJS() as RenderedObject | null) ?? [])
}

describe.each(targets)('what a Fleet becomes on %s', (target) => {
  // proves B6 (real part)
  it.each(cases.filter(([name]) => refused[target]?.[name] === undefined))(
    'of %s is taken by a real API server as it is, twice',
    async (_, path) => {
      const objects = await rendered(path, target)
      for (const object of objects)
        expect([object.metadata.name, validateObject({ ...object })]).toEqual([object.metadata.name, []])
      expect(await applyAll(cluster.client, objects, { namespace: 'rendered' })).toEqual(takenAsTheyAre)
    },
  )
})

describe.each(Object.entries(refused))('what target %s cannot express', (target, fleets) => {
  it.each(Object.entries(fleets))('of %s is refused with its reason, and nothing is rendered', async (name, reason) => {
    const path = cases.find(([each]) => each === name)?.[1] ?? ''
    await expect(rendered(path, target)).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(reason) })
  })
})
