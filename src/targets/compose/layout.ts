import type { Fleet } from '../../fleet/index.ts'
import { makePlan, type Plan } from '../../plan/index.ts'
import {
  engineServices,
  secretsOf,
  type EngineService,
  type NamedSecret,
  type RenderOptions,
} from '../rendering/index.ts'
import { divideGpus, type GpuPlan } from './gpus.ts'
import { hostKeyPath, withKey } from './host-key.ts'
import { nameEngines, type EngineNames } from './names.ts'
import { placeEngines, type ComposeHost } from './placement.ts'
import { secretFilesOf, type SecretFile } from './secret-files.ts'

/** What all parts of a project are made from: who runs, under which names, on which GPUs, with which secrets. */
export interface Layout {
  readonly plan: Plan
  readonly fleet: Fleet
  readonly options: RenderOptions
  /** The further host that the project is for; absent for the gateway’s. */
  readonly host?: ComposeHost
  /** Engines of this project. */
  readonly engines: readonly EngineService[]
  readonly gpus: GpuPlan
  readonly gatewayName: string
  /** Secrets that this project reads. */
  readonly secrets: readonly NamedSecret[]
  readonly secretFiles: readonly SecretFile[]
  /** The names of an engine. */
  readonly namesOf: (engine: Pick<EngineService, 'name'>) => EngineNames
}

/** The project of a further host. */
export interface HostLayout extends Layout {
  readonly host: ComposeHost
}

/** The project with the gateway, and what it knows of others. */
export interface MainLayout extends Layout {
  /** Every engine of the Fleet, wherever its replicas run. */
  readonly allEngines: readonly EngineService[]
  /** Projects of further hosts on which anything runs. */
  readonly hosts: readonly HostLayout[]
}

/** Lays a project out, and one for each further host. */
export function layOut(plan: Plan, options: RenderOptions): MainLayout {
  const { fleet } = plan
  const { serviceName, hosts } = fleet.targets.compose
  const allEngines = engineServices(plan, options)
  const placement = placeEngines(allEngines, hosts)
  const secrets = secretsOf(fleet, 'compose')
  const common = { plan, fleet, options, gatewayName: serviceName ?? 'gateway' }
  return {
    ...common,
    ...project(placement.here, common.gatewayName),
    ...withSecrets(
      secrets.filter(
        (secret) => secret.readBy === 'gateway' || isOf(placement.here, secret) || !isOf(allEngines, secret),
      ),
      fleet.access.keysFile,
    ),
    allEngines,
    hosts: placement.hosts.flatMap(({ host, engines }, index): HostLayout[] => {
      if (engines.length === 0) return []
      const own = secrets.filter(
        (secret) =>
          secret.path === hostKeyPath(index) ||
          (secret.readBy === 'engine' && (isOf(engines, secret) || !secret.path.startsWith('models['))),
      )
      const keyed = engines.map((engine) => withKey(engine, host.apiKey))
      return [{ ...common, ...project(keyed, common.gatewayName), ...withSecrets(own), host }]
    }),
  }
}

/** Whether a secret is of the model of one of these engines. */
const isOf = (engines: readonly EngineService[], { path }: NamedSecret): boolean =>
  engines.some((engine) => path.startsWith(`${engine.path.replace(/\..*$/, '')}.`))

const withSecrets = (secrets: readonly NamedSecret[], keysFile?: string) => ({
  secrets,
  secretFiles: secretFilesOf(secrets, keysFile),
})

/** Engines that run on one host, with their names and GPUs there. */
function project(engines: readonly EngineService[], gatewayName: string): Pick<Layout, 'engines' | 'gpus' | 'namesOf'> {
  const gpus = divideGpus(engines)
  const names = nameEngines(engines, gpus.assignments, gatewayName)
  const namesOf: Layout['namesOf'] = ({ name }) => {
    const found = names.get(name)
    if (found === undefined) throw new Error(`engine ${name} has no name in the project`)
    return found
  }
  return { engines, gpus, namesOf }
}

/**
 * Fields whose secrets engines on further hosts alone read, with the names of these hosts: the gateway’s project needs none of
 * their values.
 */
export function secretsElsewhere(fleet: Fleet): ReadonlyMap<string, readonly string[]> {
  if (fleet.targets.compose.hosts.length === 0) return new Map()
  const options = { version: '', fleetText: '', overrides: {}, gateway: true }
  const { secrets, hosts } = layOut(makePlan(fleet, { target: 'compose' }), options)
  const here = new Set(secrets.map(({ path }) => path))
  const found = new Map<string, string[]>()
  for (const { host, secrets: own } of hosts) {
    for (const { path } of own) if (!here.has(path)) found.set(path, [...(found.get(path) ?? []), host.name])
  }
  return found
}
