import { expect, it } from 'vitest'
import type { ImageDestination, ImageSource } from '../../registries/index.ts'
import { underRegistry } from '../../targets/index.ts'
import { copyWanted, type CopyRoute } from './copy-wanted.ts'

const progress = {
  step: () => ({ advance: () => {}, update: () => {}, succeed: () => {}, fail: () => {} }),
  note: () => {},
}
const context = { progress, signal: new AbortController().signal, platform: undefined, isDryRun: false }
const digest = `sha256:${'0'.repeat(64)}`

/** A source whose images differ by what is said of them, of one configuration of a kind. */
const sourceOf = (name: string, configType = 'application/vnd.oci.image.config.v1+json'): ImageSource => ({
  name,
  manifest: async () => {
    const config = { mediaType: configType, digest, size: 0 }
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [], annotations: { name } }))
    return { mediaType, digest: `sha256:${Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64)}`, bytes }
  },
  // oxlint-disable-next-line require-yield -- nothing of it is asked for
  blob: async function* () {
    throw new Error('not asked for')
  },
})

function destinationIn(stored: string[]): ImageDestination {
  return {
    name: 'mirror',
    digestOf: async () => undefined,
    hasBlob: async () => true,
    putBlob: async () => {},
    putManifest: async ({ digest: put }, reference) => void stored.push(`${reference} ${put}`),
  }
}

it('images of two registries that would lie at one place are told, and one of them is copied', async () => {
  const stored: string[] = []
  const destination = destinationIn(stored)
  const routeOf = (image: string): CopyRoute => ({
    source: sourceOf(image),
    reference: '1',
    destination,
    called: '1',
    at: underRegistry(image, 'mirror.example/lab'),
  })
  const copied = await copyWanted(['one.example/a/b:1', 'other.example/a/b:1'], routeOf, context)
  expect(copied).toMatchObject([
    { state: 'copied', at: 'mirror.example/lab/a/b:1' },
    {
      state: 'failed',
      error: { message: expect.stringContaining('one.example/a/b:1 are different images') as string },
    },
  ])
  expect(stored).toHaveLength(1)
})

/** Charts are known by their configuration, whatever they are called. */
const chartRoute = (image: string): CopyRoute => ({
  source: sourceOf(image, image.includes('chart') ? 'application/vnd.cncf.helm.config.v1+json' : undefined),
  reference: '1',
  destination: destinationIn([]),
  called: '1',
  at: image,
})

/** There is no way to one of them. */
const badRoute = (image: string): CopyRoute => {
  if (image === 'bad') throw new Error('no place')
  return chartRoute(image)
}

it('a chart is told from an image, which alone is pinned', async () => {
  const copied = await copyWanted(['x.example/charts/router:1', 'x.example/router:1'], chartRoute, context)
  expect(copied.map(({ kind }) => kind)).toEqual(['chart', 'image'])
})

it('a name that no registry can have fails alone', async () => {
  const copied = await copyWanted(['bad', 'x.example/router:1'], badRoute, { ...context, isDryRun: true })
  expect(copied.map(({ state }) => state)).toEqual(['failed', 'planned'])
})
