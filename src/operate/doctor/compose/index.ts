/** What is looked at on a Docker host. */
import type { Check } from '../contract.ts'
import { gpuChecks } from '../gpu-checks.ts'
import { dockerChecks } from './docker-checks.ts'
import type { ComposePlace } from './place.ts'
import { projectChecks } from './project-checks.ts'

export type { ComposePlace } from './place.ts'

/** The checks of target `compose`, in their order. */
export const composeChecks: readonly Check<ComposePlace>[] = [
  ...dockerChecks.filter(({ id }) => id !== 'compose.containers'),
  ...gpuChecks('compose'),
  ...projectChecks,
  ...dockerChecks.filter(({ id }) => id === 'compose.containers'),
]
