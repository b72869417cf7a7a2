import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { fleetSchema } from '../../fleet/index.ts'
import { makePlan } from '../../plan/index.ts'
import { readGeometries } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-geometries-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const config = {
  model_type: 'llama',
  hidden_size: 1024,
  intermediate_size: 4096,
  num_hidden_layers: 8,
  num_attention_heads: 16,
  num_key_value_heads: 4,
  vocab_size: 32_000,
  max_position_embeddings: 8192,
  torch_dtype: 'bfloat16',
}
const fleetOf = (...sources: readonly string[]) =>
  fleetSchema.parse({
    name: 'lab',
    models: sources.map((source, index) => ({ name: `m${index}`, source, engine: 'vllm', hardware: { gpu: 'l4' } })),
  })
const read = (...sources: readonly string[]) =>
  readGeometries(fleetOf(...sources), {
    environment: { HOME: folder },
    signal: new AbortController().signal,
    offline: true,
  })

// proves G1 (real part)
describe('shapes of models from their own files', () => {
  it('come from the folder that a source names, and are planned with', async () => {
    const model = join(folder, 'ours')
    mkdirSync(model)
    writeFileSync(join(model, 'config.json'), JSON.stringify(config))
    const source = pathToFileURL(model).href
    const geometries = await read(source)
    expect(geometries.get('m0')).toMatchObject({ modelType: 'llama', maxContext: 8192 })
    const [planned] = makePlan(fleetOf(source), { geometries }).models
    // 8 layers × 4 heads × (64 + 64) × 2 bytes.
    expect(planned?.pools[0]?.sizing?.kvBytesPerToken).toBe(8192)
  })

  it('are left out where files are missing or mean nothing, since a plan is no failure of them', async () => {
    writeFileSync(join(folder, 'config.json'), '{"model_type": "nobody"}')
    const sources = [
      pathToFileURL(join(folder, 'nowhere')).href,
      pathToFileURL(folder).href,
      'file://remote/host',
      'hf://o/n',
    ]
    expect([...(await read(...sources))]).toEqual([])
  })
})
