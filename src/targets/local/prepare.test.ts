import { describe, expect, it } from 'vitest'
import { fleetSchema } from '../../fleet/index.ts'
import { preparation } from './prepare.ts'
import { silentProgress } from './testing/silent-progress.ts'
import { standInEngine, standInParts } from './testing/stand-in-parts.ts'

const fleet = fleetSchema.parse({
  name: 'lab',
  models: [{ name: 'small', engine: 'llamacpp', source: 'hf://o/small' }],
})

describe('what replicas need', () => {
  it('is not left half done: a failed download waits until the installation beside it has cleared up', async () => {
    const stopping = new AbortController()
    let isInstalling = false
    const parts: typeof standInParts = {
      ...standInParts,
      openEngineCache: () => ({
        find: async () => undefined,
        expectedBytes: () => 0,
        install: (_name, { signal }) => {
          isInstalling = true
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              setImmediate(() => {
                isInstalling = false
                reject(new Error('stopped'))
              })
            })
          })
        },
      }),
      openModelStore: () => ({
        ...standInParts.openModelStore({}),
        pull: () => Promise.reject(new Error('no such model')),
      }),
    }
    const { prepare, settled } = preparation(parts, {
      environment: {},
      progress: silentProgress(),
      signal: stopping.signal,
    })
    const [model] = fleet.models
    if (model === undefined) throw new Error('the Fleet has a model')
    const launch = { ...standInEngine.launch({ model, port: 1, host: '', threads: 1, binariesOnPath: new Set() }) }
    const start = {
      kind: 'start-replica',
      id: 'small-0',
      model,
      role: 'both',
      threads: 1,
      launch: { ...launch, program: { kind: 'server', name: 'llamacpp' } },
    } as const
    await expect(prepare(start)).rejects.toThrow('no such model')
    expect(isInstalling).toBe(true)
    stopping.abort()
    await settled()
    expect(isInstalling).toBe(false)
  })
})
