import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import type { EngineProcessOptions } from '../serving/index.ts'
import { LlamacppBackend } from './llamacpp-backend.ts'
import { parseSettings } from './settings.ts'

/** What our llama.cpp server runs, from a command line in the manner of `llama-server`. A model that cannot be loaded ends it. */
export function prepareLlamacpp(argv: readonly string[], environment: Environment): EngineProcessOptions {
  const settings = parseSettings(argv, environment)
  const version = libraryVersion(settings.engineFolder)
  const backend = new LlamacppBackend(settings)
  backend.loaded.catch((error: unknown) => {
    if (backend.isClosing) return
    process.stderr.write(`error: the model ${settings.modelPath} cannot be loaded: ${String(error)}\n`)
    process.exit(1)
  })
  const { host, port, graceMs } = settings
  return { backend, host, port, graceMs, metricsStyle: 'llamacpp', version }
}

function libraryVersion(engineFolder: string): string {
  const path = join(engineFolder, 'node_modules', 'node-llama-cpp', 'package.json')
  try {
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
    return `node-llama-cpp ${version}`
  } catch (error) {
    throw new UserError({
      what: 'The engine llama.cpp is not installed where it was said to be.',
      where: engineFolder,
      why: String(error),
      mend: 'Remove that folder and start the Fleet again; it is then installed anew.',
      cause: error,
    })
  }
}
