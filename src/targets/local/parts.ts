import { createEngineCache } from '../../engine-cache/index.ts'
import type { EngineCache } from '../../engine-cache/contract.ts'
import { engineFor } from '../../engines/index.ts'
import type { Engine } from '../../engines/contract.ts'
import type { Environment } from '../../files/index.ts'
import type { EngineName, Milliseconds } from '../../fleet/index.ts'
import { openModelStore } from '../../models/index.ts'
import type { ModelStore } from '../../models/contract.ts'
import { ownPrograms, type Programs } from './programs.ts'
import { systemClock, type Clock } from './supervisor/clock.ts'
import { defaultRestartPolicy, type RestartPolicy } from './supervisor/restart-policy.ts'

/** What target `local` is made of; tests hand in others. */
export interface LocalParts {
  engineFor(name: EngineName): Engine
  openEngineCache(environment: Environment): EngineCache
  openModelStore(environment: Environment): ModelStore
  readonly programs: Programs
  readonly clock: Clock
  readonly restartPolicy: RestartPolicy
  /** Time that an engine gets between SIGTERM and SIGKILL. */
  readonly engineGraceMs: Milliseconds
}

/** The parts of a real Fleet. By the time engines are asked to stop, the gateway has drained their streams. */
export const ownParts: LocalParts = {
  engineFor,
  openEngineCache: (environment) => createEngineCache(environment),
  openModelStore,
  programs: ownPrograms,
  clock: systemClock,
  restartPolicy: defaultRestartPolicy,
  engineGraceMs: 10_000,
}
