import type { Environment } from '../../../files/index.ts'
import type { Fleet } from '../../../fleet/index.ts'
import type { Plan } from '../../../plan/index.ts'
import type { Machine } from '../machine.ts'

/** What the checks of target `compose` look at. */
export interface ComposePlace {
  readonly fleet: Fleet
  /** Absolute path of the Fleet file. */
  readonly file: string
  readonly plan: Plan
  readonly environment: Environment
  readonly machine: Machine
  /** Folder of the rendered project, where `.env` and `secrets/` lie. */
  readonly folder: string
  /** Images of the engines, as the project names them. */
  readonly engineImages: readonly string[]
  readonly status: { readonly running: boolean }
}
