import type { InstallContext } from '../../engine-cache/contract.ts'
import type { Model } from '../../fleet/index.ts'
import type { ModelRequest } from '../../models/contract.ts'
import type { LocalAction } from './actions.ts'
import type { LocalParts } from './parts.ts'
import { needsInstall } from './plan.ts'

/** What a replica is started with; undefined is what it does not need. */
export interface Prepared {
  readonly modelPath: string | undefined
  readonly engineFolder: string | undefined
}

/** Fetches what replicas need, each thing once however many ask for it. */
export interface Preparation {
  /** Resolves once the weights and the engine of a replica are there. */
  prepare(start: LocalAction & { readonly kind: 'start-replica' }): Promise<Prepared>
  /** Resolves once nothing is under way any more, however it ended; work ends early by the context's signal. */
  settled(): Promise<void>
}

/** Runs `work` once a key; later callers get the same promise. `begun` collects what was started. */
function once<Result>(
  begun: Promise<unknown>[],
  work: (key: string) => Promise<Result>,
): (key: string) => Promise<Result> {
  const results = new Map<string, Promise<Result>>()
  return (key) => {
    let result = results.get(key)
    if (result === undefined) {
      result = work(key)
      results.set(key, result)
      begun.push(result)
    }
    return result
  }
}

/** Prepares with the given stores; installations and downloads run side by side. */
export function preparation(parts: LocalParts, context: InstallContext): Preparation {
  const engineCache = parts.openEngineCache(context.environment)
  const store = parts.openModelStore(context.environment)
  const begun: Promise<unknown>[] = []
  const install = once(
    begun,
    async () => (await engineCache.find('llamacpp')) ?? (await engineCache.install('llamacpp', context)),
  )
  const pull = once(begun, async (key) => {
    const request = JSON.parse(key) as ModelRequest
    return (await store.find(request)) ?? (await store.pull(request, context))
  })
  const weights = async ({ engine, source, checksum }: Model) =>
    source === undefined || !parts.engineFor(engine).needsModelFile
      ? undefined
      : (await pull(JSON.stringify({ source, checksum }))).path
  return {
    async prepare({ model, launch }) {
      const [modelPath, engine] = await Promise.all([
        weights(model),
        needsInstall(launch.program) ? install('llamacpp') : undefined,
      ])
      return { modelPath, engineFolder: engine?.folder }
    },
    async settled() {
      await Promise.allSettled(begun)
    },
  }
}
