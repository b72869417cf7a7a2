import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadFleet } from '../fleet/index.ts'
import { resourceOf } from '../kubernetes/index.ts'
import { makePlan } from '../plan/index.ts'
import { clusterTargetNames, findRenderer } from '../targets/index.ts'
import { ownedKinds } from './owned-kinds.ts'

const root = join(import.meta.dirname, '..', '..')
const fleets = globSync('{examples,src/targets/*/testing}/**/*.yaml', { cwd: root }).sort()

describe('the kinds that a Fleet becomes', () => {
  it('are plural in roles as the API server has them', () => {
    for (const { apiVersion, kind, resource } of ownedKinds) {
      expect([kind, resourceOf(apiVersion, kind)]).toMatchObject([kind, { plural: resource, isNamespaced: true }])
    }
  })

  it.each(clusterTargetNames)(
    'hold everything in a namespace that target %s renders, so that it is watched',
    (target) => {
      const known = new Set(
        ownedKinds
          .filter(({ targets }) => targets.includes(target))
          .map(({ apiVersion, kind }) => `${apiVersion} ${kind}`),
      )
      const unknown = new Set<string>()
      let rendered = 0
      for (const file of fleets) {
        const text = readFileSync(join(root, file), 'utf8')
        if (!/^models:/m.test(text)) continue
        const { fleet } = loadFleet(text, { file: basename(file), purpose: target })
        if (fleet === undefined) continue
        const options = { version: '1.2.3', fleetText: text, overrides: {}, gateway: true, files: {} }
        for (const artifact of findRenderer(target)?.render(makePlan(fleet, { target }), options).artifacts ?? []) {
          if (artifact.kind !== 'object') continue
          const { apiVersion, kind } = artifact.object
          rendered += 1
          if (resourceOf(apiVersion, kind)?.isNamespaced === true && !known.has(`${apiVersion} ${kind}`))
            unknown.add(`${apiVersion} ${kind}`)
        }
      }
      expect(rendered).toBeGreaterThan(100)
      expect([...unknown]).toEqual([])
    },
  )
})
