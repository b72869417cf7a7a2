import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TargetName } from '../../fleet/index.ts'
import { renderers } from '../../targets/index.ts'
import { prerequisites } from '../doctor/index.ts'
import { readFleet, type ReadFleet } from '../read-fleet.ts'
import { fleetImages } from './fleet-images.ts'
import { wantedImages } from './mirror-images.ts'
import { suppliesOf } from './supplies.ts'

const presets = join(import.meta.dirname, '../../../examples/presets')
const digest = `sha256:${'a'.repeat(64)}`
const imagesOf = (read: ReadFleet, target: TargetName) =>
  fleetImages(read, { target, version: '1.2.3', environment: {}, signal: new AbortController().signal, gateway: true })

describe('the images of a Fleet', () => {
  it.each(renderers.flatMap(({ name }) => readdirSync(presets).map((preset) => [preset, name] as const)))(
    'all come from its registry and by their digests once it says so: %s on %s',
    async (preset, target) => {
      const read = await readFleet(join(presets, preset), {}, { purpose: target })
      const before = (await imagesOf(read, target)).images
      expect(before.length).toBeGreaterThan(0)
      const digests = Object.fromEntries(before.map(({ image }) => [image, digest]))
      const images = { ...read.fleet.storage.images, registry: 'registry.example/mirror', digests }
      const fleet = { ...read.fleet, storage: { ...read.fleet.storage, images } }
      const after = (await imagesOf({ ...read, fleet }, target)).images
      expect(after.map(({ upstream }) => upstream)).toEqual(before.map(({ image }) => image))
      for (const { image } of after) expect(image).toMatch(/^registry\.example\/mirror\/.+@sha256:a{64}$/)
    },
  )

  it('tell weights from programs', async () => {
    const read = await readFleet(join(presets, 'llama-8b-32k.yaml'), {}, { purpose: 'kubernetes' })
    const source = 'oci://registry.example/llama:1'
    const fleet = { ...read.fleet, models: read.fleet.models.map((model) => ({ ...model, source })) }
    const { images } = await imagesOf({ ...read, fleet }, 'kubernetes')
    expect(images.filter(({ weightsOf }) => weightsOf !== null)).toMatchObject([
      { image: 'registry.example/llama:1', weightsOf: fleet.models[0]?.name },
    ])
    expect(wantedImages(await imagesOf({ ...read, fleet }, 'kubernetes'), { charts: true })).not.toContain(
      'registry.example/llama:1',
    )
  })
})

it('what is copied has the charts that are in registries, and is as published also where a registry is set', async () => {
  const read = await readFleet(join(presets, 'llama-8b-32k.yaml'), {}, { purpose: 'kserve' })
  const images = { ...read.fleet.storage.images, registry: 'registry.example/mirror' }
  const found = await imagesOf(
    { ...read, fleet: { ...read.fleet, storage: { ...read.fleet.storage, images } } },
    'kserve',
  )
  const wanted = wantedImages(found, { charts: true })
  expect(wanted).toContain('docker.io/vllm/vllm-openai:v0.32.0')
  expect(wanted).toContain('quay.io/jetstack/charts/cert-manager:v1.21.1')
  expect(wantedImages(found, { charts: false }).filter((name) => name.includes('/charts/'))).toEqual([])
})

describe('what prerequisites are installed from', () => {
  it.each(prerequisites.map((each) => [each.id, each] as const))('is found in the commands of %s', (_, each) => {
    const { version, chartVersion = version } = each
    const fill = (command: string) =>
      command.replaceAll('{version}', version).replaceAll('{chartVersion}', chartVersion)
    const step = { ...each, because: '', notes: [], install: each.install.map(fill) }
    const found = suppliesOf([step])
    expect(found.length).toBeGreaterThan(0)
    // Every address that a command fetches from is among them.
    const addresses = step.install.join('\n').match(/\b(?:https?|oci):\/\/\S+/g) ?? []
    expect(new Set(found.map(({ from }) => from))).toEqual(new Set(addresses))
    for (const { version: asked } of found) expect(asked).toMatch(/\d/)
  })
})
