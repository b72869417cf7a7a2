import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'
import type { Environment } from '../../files/index.ts'
import type { Fleet } from '../../fleet/index.ts'
import type { StoredModel } from '../../models/contract.ts'
import type { LocalParts } from './parts.ts'
import type { Observed } from './plan.ts'
import { findSupervisor } from './running.ts'
import { stateFolderOf } from './state-folder.ts'

/** Engine binaries that replicas may run: `llama-server` is preferred to our own server, the others have none of ours. */
const engineBinaries = ['llama-server', 'vllm', 'sglang'] as const

/** Absolute paths of the engine binaries on PATH, by name. */
export async function findEngineBinaries(environment: Environment): Promise<ReadonlyMap<string, string>> {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder))
  const found = new Map<string, string>()
  for (const name of engineBinaries) {
    for (const folder of folders) {
      const path = join(folder, name)
      const isThere = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (isThere && !found.has(name)) found.set(name, path)
    }
  }
  return found
}

/** Looks at what this machine has of what a Fleet needs; changes nothing. */
export async function observe(fleet: Fleet, environment: Environment, parts: LocalParts): Promise<Observed> {
  const engineCache = parts.openEngineCache(environment)
  const store = parts.openModelStore(environment)
  const findModel = async ({ name, source, checksum, engine, replicas, maxReplicas }: Fleet['models'][number]) => {
    if (
      source === undefined ||
      (replicas === 0 && maxReplicas === undefined) ||
      !parts.engineFor(engine).needsModelFile
    )
      return undefined
    const stored = await store.find({ source, checksum })
    return stored === undefined ? undefined : ([name, stored] as const)
  }
  const [binaries, installed, models, supervisor] = await Promise.all([
    findEngineBinaries(environment),
    engineCache.find('llamacpp'),
    Promise.all(fleet.models.map(findModel)),
    findSupervisor(stateFolderOf(environment, fleet.name)),
  ])
  return {
    cores: availableParallelism(),
    // Counts what the kernel can free and the limit of a container (Node's documentation, process.availableMemory).
    availableBytes: process.availableMemory(),
    binariesOnPath: new Set(binaries.keys()),
    engines: { llamacpp: { installed, expectedBytes: engineCache.expectedBytes('llamacpp') } },
    models: new Map<string, StoredModel>(models.filter((entry) => entry !== undefined)),
    running:
      supervisor.kind === 'running' && supervisor.state !== undefined
        ? {
            pid: supervisor.state.supervisor.pid,
            listen: supervisor.state.gateway?.listen ?? { host: '127.0.0.1', port: 0 },
          }
        : undefined,
  }
}
