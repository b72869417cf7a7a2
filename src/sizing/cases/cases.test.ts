import { describe, expect, it } from 'vitest'
import { findGpu, findModel } from '../catalogue/index.ts'
import type { Sizing } from '../contract.ts'
import { sizeModel } from '../size-model.ts'
import { publishedCases, type PublishedCase } from './index.ts'

const gibibyte = 1024 ** 3

/** Sizes what the published engine ran. */
function size(one: PublishedCase): Sizing {
  const geometry = findModel(one.model)
  const gpu = findGpu(one.gpu)
  if (geometry === undefined || gpu === undefined)
    throw new Error(`${one.id}: the catalogue lacks ${one.model} or ${one.gpu}`)
  return sizeModel({
    geometry,
    gpu,
    count: (one.tensor ?? 1) * (one.pipeline ?? 1),
    parallelism: { tensor: one.tensor ?? 1, pipeline: one.pipeline ?? 1 },
    engine: one.engine ?? 'vllm',
    engineVersion: one.version,
    ...one.settings,
  })
}

/** Share by which sizing exceeds what was published: 0.1 is a tenth too much. */
function error(one: PublishedCase, sizing: Sizing): number | undefined {
  const { kvTokens, concurrency, kvGiB } = one.published
  if (kvTokens !== undefined) return sizing.kvCapacityTokens / kvTokens - 1
  if (concurrency !== undefined) return sizing.maxConcurrency / concurrency - 1
  return kvGiB === undefined ? undefined : sizing.kvCacheBytes / gibibyte / kvGiB - 1
}

const withCapacity = publishedCases.filter((one) => error(one, size(one)) !== undefined)
const withWeights = publishedCases.filter(({ published }) => published.weightsGiB !== undefined)

describe('sizing against what real engines reported', () => {
  it('is judged by at least 25 published starts, each with its source and told apart', () => {
    expect(publishedCases.length).toBeGreaterThanOrEqual(25)
    expect(new Set(publishedCases.map(({ id }) => id)).size).toBe(publishedCases.length)
    expect(
      publishedCases.filter(({ source }) => !/(?:https:\/\/|[\w-]+\/[\w.-]+ at |server_info)/.test(source)),
    ).toEqual([])
  })

  it('is right within a tenth for nine cases of ten', () => {
    expect(publishedCases.filter(({ misses }) => misses !== undefined).length).toBeLessThanOrEqual(
      publishedCases.length / 5,
    )
  })

  // proves A6 (recording)
  it.each(withCapacity.map((one) => [one.id, one] as const))('gives %s the KV cache that its engine had', (_, one) => {
    const off = error(one, size(one)) ?? Number.NaN
    const by = one.misses?.by ?? 0
    // A case that misses has to go on missing by as much: when it comes right, its remark is wrong.
    expect(off).toBeGreaterThan(by === 0 ? -0.1 : by - 0.04)
    expect(off).toBeLessThan(by === 0 ? 0.1 : by + 0.04)
  })

  it.each(withWeights.map((one) => [one.id, one] as const))('gives %s the weights that its engine loaded', (_, one) => {
    const off = size(one).weightBytesPerGpu / gibibyte / (one.published.weightsGiB ?? Number.NaN) - 1
    const by = one.missesWeights?.by ?? 0
    expect(off).toBeGreaterThan(by === 0 ? -0.05 : by - 0.02)
    expect(off).toBeLessThan(by === 0 ? 0.05 : by + 0.02)
  })

  it.each(publishedCases.map((one) => [one.id, one] as const))('says of %s whether it starts', (_, one) => {
    expect(size(one).fits).toBe(one.published.starts ?? true)
  })

  it('finds no room for a cache of stated size beside weights that fill the GPU', () => {
    const geometry = findModel('Qwen/Qwen3.6-35B-A3B')
    const gpu = findGpu('rtx-5090')
    const sizing = geometry && gpu && sizeModel({ geometry, gpu, context: 8192, kvCacheMemoryBytes: gibibyte })
    expect(sizing?.fits).toBe(false)
    expect((sizing?.shortBy ?? 0) / gibibyte).toBeGreaterThan(35)
  })
})
