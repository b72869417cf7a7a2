import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitCodes } from '../../errors/index.ts'
import { buildGguf } from '../../models/testing/gguf-file.ts'
import { HubServer } from '../../models/testing/hub-server.ts'
import { runCli } from '../testing/run-in-process.ts'

let folder: string
let hub: HubServer
beforeAll(async () => {
  hub = await HubServer.start()
  folder = await mkdtemp(join(tmpdir(), 'fairlead-size-'))
  const config = {
    model_type: 'llama',
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    vocab_size: 128_256,
    max_position_embeddings: 8192,
  }
  const text = Buffer.from(JSON.stringify(config))
  const index = Buffer.from(JSON.stringify({ metadata: { total_size: 16_060_522_496 }, weight_map: {} }))
  hub.add('own/sharded', { 'config.json': text, 'model.safetensors.index.json': index })
  hub.add('own/single', { 'config.json': text, 'model.safetensors': Buffer.alloc(7000) })
  hub.add('own/only-gguf', { 'model.gguf': Buffer.alloc(10) })
  hub.add('own/gated', { 'config.json': text }, 'hf_secret')
  await mkdir(join(folder, 'indexed'))
  await writeFile(join(folder, 'indexed', 'config.json'), JSON.stringify(config))
  await writeFile(
    join(folder, 'indexed', 'model.safetensors.index.json'),
    JSON.stringify({ metadata: { total_size: 16_060_522_496 }, weight_map: {} }),
  )
  await mkdir(join(folder, 'shards'))
  await writeFile(join(folder, 'shards', 'config.json'), `\uFEFF${JSON.stringify(config)}`)
  await writeFile(join(folder, 'shards', 'model-00001-of-00002.safetensors'), Buffer.alloc(3000))
  await writeFile(join(folder, 'shards', 'model-00002-of-00002.safetensors'), Buffer.alloc(2000))
  await writeFile(join(folder, 'shards', 'consolidated.safetensors'), Buffer.alloc(5000))
  await writeFile(join(folder, 'alone.json'), JSON.stringify(config))
  await writeFile(join(folder, 'broken.json'), '{"model_type": ')
  await writeFile(join(folder, 'empty.json'), '{}')
  await writeFile(join(folder, 'tiny.gguf'), buildGguf({ fillerBytes: 1000 }))
  await writeFile(join(folder, 'cut.gguf'), buildGguf({ fillerBytes: 1000 }).subarray(0, 100))
})
afterAll(async () => {
  await hub.stop()
  await rm(folder, { recursive: true, force: true })
})

const size = (...args: string[]) => runCli(['size', ...args], { cwd: folder, env: { HF_ENDPOINT: hub.endpoint } })
const sizeJson = async (...args: string[]) => {
  const { stdout, code } = await size(...args, '--json')
  return { code, document: JSON.parse(stdout) as Record<string, unknown> }
}

// proves A6 (real part)
describe('fairlead size', () => {
  it('prints the promised JSON', async () => {
    const { code, document } = await sizeJson('llama-3.1-8b', '--gpu', 'L40S', '--context', '32k')
    expect(code).toBe(exitCodes.done)
    expect(document).toMatchObject({
      fits: true,
      weightBytes: 16_060_522_496,
      kvBytesPerToken: 131_072,
      kvCapacityTokens: expect.any(Number),
      maxConcurrency: expect.any(Number),
      tokensPerSecond: expect.any(Number),
      costPerMillionTokens: expect.any(Number),
      speed: {
        prefill: expect.any(Number),
        decodeSingle: expect.any(Number),
        decodeBatched: document['tokensPerSecond'],
      },
      cost: { output: document['costPerMillionTokens'], currency: 'USD' },
      waysOut: [],
    })
  })

  it('ends with 2 and three ways out where it does not fit', async () => {
    const { code, document } = await sizeJson('llama-3.3-70b', '-g', 'h100')
    expect(code).toBe(exitCodes.answerIsNo)
    expect(document).toMatchObject({ fits: false, waysOut: [{ fits: true }, { fits: true }, { fits: true }] })
    expect(document['shortBy']).toBeGreaterThan(0)
    // What cannot start generates nothing, whatever the roofline of its GPU.
    expect(document).toMatchObject({ tokensPerSecond: 0, costPerMillionTokens: null, speed: null, cost: null })
  })

  it('explains every number to people in 80 columns', async () => {
    const { stdout } = await size('llama-3.1-8b', '--gpu', 'l40s', '--context', '32k')
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(stdout).toMatch(/^meta-llama\/Llama-3\.1-8B-Instruct on 1 × NVIDIA L40S, vLLM\nfits: /)
    expect(stdout).toMatch(/ {2}Weights +14\.96 GiB {2}16060522496 bytes of the checkpoint\n/)
    expect(stdout).toContain('A token takes      128 KiB (16 bits)')
    for (const section of ['MEMORY OF THE GPU', 'KV CACHE', 'SPEED AND MONEY (estimates)', 'HOST']) {
      expect(stdout).toContain(`\n${section}\n`)
    }
  })

  it('tells of all GPUs when none is named, cheapest first', async () => {
    const { stdout, code } = await size('mixtral-8x7b')
    expect(code).toBe(exitCodes.done)
    expect(stdout).toMatch(/\nGPU +N +WEIGHTS +KV CACHE +AT ONCE +TOKENS\/S +AN HOUR +1 M OUT\n/)
    expect(stdout).toMatch(/DOES NOT FIT\n {2}v100-16gb +NVIDIA V100 16 GB has compute capability 7\.0/)
    const { document } = await sizeJson('mixtral-8x7b')
    expect(document).toMatchObject({
      fits: true,
      gpus: expect.arrayContaining([expect.objectContaining({ gpu: 'h200', count: 1 })]),
    })
  })

  it('reads a folder as the hub has it, with its index or its shards', async () => {
    const indexed = await sizeJson('./indexed', '--gpu', 'l40s')
    expect(indexed.document['weightBytes']).toBe(16_060_522_496)
    const shards = await sizeJson('shards', '--gpu', 'l40s')
    expect(shards.document['weightBytes']).toBe(5000)
  })

  it('reads a configuration alone, and says that it counts', async () => {
    const { stdout } = await size('alone.json', '--gpu', 'l40s')
    expect(stdout).toContain('note: No weights lie beside the configuration')
    expect(stdout).toMatch(/8\.03 B weights × 2 bytes/)
  })

  it('reads a GGUF file and sizes it for llama.cpp', async () => {
    const { document, code } = await sizeJson('tiny.gguf', '--gpu', 't4')
    expect(code).toBe(exitCodes.done)
    expect(document).toMatchObject({ model: 'Tiny', settings: { engine: 'llamacpp' }, weightBytes: 1120 })
  })

  it.each([
    [['lama-3.1-8b', '--gpu', 'l40s'], 'Did you mean llama-3.1-8b?'],
    [['llama-3.1-8b', '--gpu', 'a100-80bg'], 'Did you mean a100-80gb?'],
    [['llama-3.1-8b', '--gpu', 'l40s', '--quantization', 'fp9'], 'Did you mean fp8?'],
    [['llama-3.1-8b', '--gpu', 'l40s', '--context', 'long'], 'a number of tokens such as 8192 or 32k'],
    [['llama-3.1-8b', '--gpu', 'l40s', '--memory-fraction', '90'], 'a share such as 0.9'],
    [['llama-3.1-8b', '--gpu', 'l40s', '--kv-dtype', 'int3'], 'one of auto, fp16'],
  ])('refuses %j with what was meant', async (args, text) => {
    const { code, stderr } = await size(...args)
    expect(code).toBe(exitCodes.usage)
    expect(stderr).toContain(text)
  })

  it.each([
    ['nowhere.json', 'There is no such file or folder.'],
    ['broken.json', 'broken.json is no JSON'],
    ['empty.json', 'it states no num_hidden_layers and no hidden_size'],
    ['cut.gguf', 'cut.gguf is not a usable GGUF file'],
    ['.', 'holds 2 GGUF files'],
  ])('says what is wrong with %s', async (path, text) => {
    const { code, stderr } = await size(path, '--gpu', 'l40s')
    expect(code).toBe(exitCodes.failed)
    expect(stderr).toContain(text)
  })

  it('asks the hub for a model that the catalogue does not hold, and for no weights', async () => {
    const sharded = await sizeJson('own/sharded', '--gpu', 'l40s')
    expect(sharded.document).toMatchObject({ model: 'own/sharded', weightBytes: 16_060_522_496 })
    const single = await sizeJson('hf://own/single', '--gpu', 'l40s')
    expect(single.document['weightBytes']).toBe(7000)
    expect(hub.contentRequests.every(({ path }) => !path.includes('.safetensors?'))).toBe(true)
  })

  it.each([
    ['own/nothing', 'There is no repository own/nothing'],
    ['own/gated', 'own/gated is gated'],
    ['own/only-gguf', 'own/only-gguf has no config.json'],
  ])('tells why %s cannot be read from the hub', async (name, text) => {
    const { code, stderr } = await size(name, '--gpu', 'l40s')
    expect(code).toBe(exitCodes.usage)
    expect(stderr).toContain(text)
  })
})
