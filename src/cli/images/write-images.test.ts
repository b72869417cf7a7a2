import { expect, it } from 'vitest'
import type { CopiedImage } from '../../operate/images/index.ts'
import { mirroredImages, withImages } from './write-images.ts'

const digest = (of: string) => `sha256:${of.repeat(64)}`
const fleet = '# ours\nname: lab\nmodels:\n  - name: small # tiny\n    engine: simulated\n'

it('registry and digests are written into a Fleet file, and everything else stays as it is', () => {
  const once = withImages(fleet, 'fleet.yaml', { registry: 'a.example/m', digests: { 'x.example/y:1': digest('1') } })
  expect(once).toBe(
    `${fleet}storage:\n  images:\n    registry: a.example/m\n    digests:\n      x.example/y:1: ${digest('1')}\n`,
  )
  // Images of another target are pinned beside those that are; what was in another registry is not.
  const more = { 'x.example/z:1': digest('2') }
  expect(withImages(once, 'fleet.yaml', { registry: 'a.example/m', digests: more })).toContain(digest('1'))
  expect(withImages(once, 'fleet.yaml', { registry: 'b.example/m', digests: more })).not.toContain(digest('1'))
})

it('a Fleet as a custom resource has them below spec', () => {
  const object = `apiVersion: fairlead.dev/v1alpha1\nkind: Fleet\nmetadata:\n  name: lab\nspec:\n  models:\n    - name: small\n      engine: simulated\n`
  const written = withImages(object, 'fleet.yaml', {
    registry: 'a.example/m',
    digests: { 'x.example/y:1': digest('1') },
  })
  expect(written).toBe(
    `${object}  storage:\n    images:\n      registry: a.example/m\n      digests:\n        x.example/y:1: ${digest('1')}\n`,
  )
})

const image = (name: string, more: Partial<CopiedImage> = {}): CopiedImage => ({
  image: name,
  kind: 'image',
  at: null,
  digest: digest('1'),
  bytes: 1,
  copiedBytes: 1,
  state: 'copied',
  ...more,
})

it('what is pinned is what the Fleet runs and what was copied', () => {
  const images = [
    image('run'),
    image('there', { state: 'there' }),
    image('chart', { kind: 'chart' }),
    image('lost', { state: 'failed' }),
    image('prerequisite'),
  ]
  const pinned = (only?: ReadonlySet<string>) => Object.keys(mirroredImages('a.example/m/', images, only).digests)
  expect(pinned(new Set(['run', 'there', 'lost']))).toEqual(['run', 'there'])
  expect(pinned()).toEqual(['run', 'there', 'prerequisite'])
})
