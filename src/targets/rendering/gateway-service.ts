import type { SecretReference } from '../../fleet/index.ts'
import type { Plan } from '../../plan/index.ts'
import type { RenderOptions } from './contract.ts'
import type { EnvironmentEntry } from './engine-environment.ts'
import type { EngineService } from './engine-service.ts'
import { enginePorts } from './engine-service.ts'
import { gatewayImage } from './images.ts'
import type { Probes } from './probes.ts'
import { secretsOf } from './secrets.ts'
import { writeYaml } from './write-yaml.ts'

/** Ports of the gateway in a container. */
export const gatewayPorts = { http: 8080, admin: 8081 } as const
/** Folder of the gateway’s files in its container. */
export const gatewayFolder = '/etc/fairlead'
/** Folder of mounted secrets: `<folder>/<name of the Secret>/<key>`. */
export const secretsFolder = '/var/run/secrets/fairlead'

/** The gateway as a container that no platform has put its words to yet. */
export interface GatewayService {
  readonly image: string
  readonly command: readonly string[]
  readonly environment: readonly EnvironmentEntry[]
  /** Files below `gatewayFolder`, by name. */
  readonly files: Readonly<Record<string, string>>
  readonly probes: Probes
  readonly graceSeconds: number
  readonly replicas: number
  /** CPU cores; bytes. */
  readonly resources: {
    readonly cpu: number
    readonly cpuLimit?: number
    readonly memory: number
    readonly memoryRequest: number
  }
}

/** Where replicas are, as the pools file says it (docs/replicas-file.md). */
export interface ReplicasPlace {
  /** Base URL, without /v1. */
  readonly address: string
  /** `dns`: each address behind the name is a replica; `static`: the name is one; `endpointSlices`: each pod of the Service. */
  readonly resolve: 'dns' | 'static' | 'endpointSlices'
  /** Where the key is that the engines there ask for; absent where they ask for none. */
  readonly apiKey?: SecretReference
}

/** What a gateway asks of its host unless the Fleet says it: a worker is one busy thread, and the control thread another. */
const starts = { cpu: 1, memory: 512 * 1024 ** 2 }

/**
 * The gateway of a Fleet. It reads the Fleet file as it was written, and finds the engines by the names that the target
 * gives them.
 * @param placeOf where the replicas of a service are: the DNS name that has the address of each, a whole address, or several
 */
export function gatewayService(
  plan: Plan,
  services: readonly EngineService[],
  placeOf: (service: EngineService) => string | ReplicasPlace | readonly ReplicasPlace[],
  { version, fleetText, overrides }: RenderOptions,
): GatewayService {
  const { fleet } = plan
  const { gateway } = fleet
  const pools = services.flatMap((service) => poolsOf(service, placeOf(service)))
  const { cpu, cpuLimit, memory, memoryRequest } = gateway.resources
  const graceSeconds = Math.ceil(gateway.drain.timeout / 1_000) + 5
  return {
    image: gatewayImage(fleet, version),
    command: [
      'fairlead',
      'gateway',
      '--fleet',
      `${gatewayFolder}/fleet.yaml`,
      '--replicas',
      `${gatewayFolder}/replicas.yaml`,
      // Whatever the Fleet says: both are reached from outside of the container (docs/api.md, “On addresses that others reach”).
      '--host',
      '0.0.0.0',
      '--port',
      String(gatewayPorts.http),
      '--admin-host',
      '0.0.0.0',
      '--admin-port',
      String(gatewayPorts.admin),
    ],
    environment: [
      { name: 'FAIRLEAD_SECRETS_FOLDER', value: secretsFolder },
      ...Object.entries(overrides).map(([name, value]) => ({ name, value })),
      ...environmentSecrets(plan),
    ],
    files: { 'fleet.yaml': fleetText, 'replicas.yaml': writeYaml({ version: 1, pools }) },
    probes: gatewayProbes,
    graceSeconds,
    replicas: gateway.replicas,
    resources: {
      cpu: cpu ?? starts.cpu * Math.max(1, gateway.workers),
      ...(cpuLimit === undefined ? {} : { cpuLimit }),
      memory: memory ?? starts.memory * Math.max(1, gateway.workers),
      memoryRequest: memoryRequest ?? memory ?? starts.memory * Math.max(1, gateway.workers),
    },
  }
}

/** A service’s entries in the pools file, one for each of its places. */
function poolsOf({ model, role }: EngineService, place: string | ReplicasPlace | readonly ReplicasPlace[]) {
  const common = { model: model.name, role, engine: model.engine }
  if (typeof place === 'string') {
    return [{ ...common, address: `http://${place}:${enginePorts.http}`, resolve: 'dns' as const }]
  }
  const places = 'address' in place ? [place] : place
  return places.map((each) => Object.assign({}, common, each))
}

const gatewayProbes: Probes = {
  startup: { path: '/livez', intervalSeconds: 1, timeoutSeconds: 2, failures: 60 },
  readiness: { path: '/readyz', intervalSeconds: 2, timeoutSeconds: 2, failures: 2 },
  liveness: { path: '/livez', intervalSeconds: 10, timeoutSeconds: 5, failures: 6 },
}

/** Secrets that the gateway reads from its environment. */
function environmentSecrets({ fleet, target }: Plan): EnvironmentEntry[] {
  return secretsOf(fleet, target)
    .filter(({ readBy, reference }) => readBy === 'gateway' && reference.env !== undefined)
    .map(({ reference }) => ({ name: reference.env ?? '', secret: reference }))
}
