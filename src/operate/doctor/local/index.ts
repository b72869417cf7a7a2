/** What is looked at on this machine. */
import type { Check } from '../contract.ts'
import { gpuChecks } from '../gpu-checks.ts'
import { machineChecks } from './machine-checks.ts'
import type { LocalPlace } from './place.ts'
import { runningChecks } from './running-checks.ts'
import { softwareChecks } from './software-checks.ts'

export type { LocalPlace } from './place.ts'

/** The checks of target `local`, in their order. */
export const localChecks: readonly Check<LocalPlace>[] = [
  ...machineChecks,
  ...gpuChecks('local'),
  ...softwareChecks,
  ...runningChecks,
]
