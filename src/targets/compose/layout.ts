import type { Fleet } from '../../fleet/index.ts'
import type { Plan } from '../../plan/index.ts'
import { engineServices, type EngineService, type RenderOptions } from '../rendering/index.ts'
import { divideGpus, type GpuPlan } from './gpus.ts'
import { nameEngines, type EngineNames } from './names.ts'
import { secretFilesOf, type SecretFile } from './secret-files.ts'

/** What all parts of a project are made from: who runs, under which names, on which GPUs, with which secrets. */
export interface Layout {
  readonly plan: Plan
  readonly fleet: Fleet
  readonly options: RenderOptions
  readonly engines: readonly EngineService[]
  readonly gpus: GpuPlan
  readonly gatewayName: string
  readonly secretFiles: readonly SecretFile[]
  /** The names of an engine. */
  readonly namesOf: (engine: Pick<EngineService, 'name'>) => EngineNames
}

/** Lays a project out. */
export function layOut(plan: Plan, options: RenderOptions): Layout {
  const { fleet } = plan
  const engines = engineServices(plan, options)
  const gpus = divideGpus(engines)
  const gatewayName = fleet.targets.compose.serviceName ?? 'gateway'
  const names = nameEngines(engines, gpus.assignments, gatewayName)
  const namesOf: Layout['namesOf'] = ({ name }) => {
    const found = names.get(name)
    if (found === undefined) throw new Error(`engine ${name} has no name in the project`)
    return found
  }
  return { plan, fleet, options, engines, gpus, gatewayName, secretFiles: secretFilesOf(fleet), namesOf }
}
