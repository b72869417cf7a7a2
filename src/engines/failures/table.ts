import type { EngineFailure } from './contract.ts'
import { distributionFailures } from './distribution.ts'
import { gpuFailures } from './gpu.ts'
import { machineFailures } from './machine.ts'
import { memoryFailures } from './memory.ts'
import { modelFileFailures } from './model-files.ts'
import { modelSourceFailures } from './model-source.ts'
import { settingFailures } from './settings.ts'

/** Every way of failing that is known, the more telling first where one line fits two. */
export const engineFailures: readonly EngineFailure[] = [
  ...memoryFailures,
  ...gpuFailures,
  ...modelSourceFailures,
  ...modelFileFailures,
  ...settingFailures,
  ...distributionFailures,
  ...machineFailures,
]
