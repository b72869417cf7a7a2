import { isLoopback, parseListenAddress, type Fleet } from '../../fleet/index.ts'
import {
  gatewayFolder,
  gatewayPorts,
  gatewayService,
  secretsFolder,
  type EngineService,
  type GatewayService,
  type ReplicasPlace,
} from '../rendering/index.ts'
import { gatewayState } from './bundle/index.ts'
import { byteText, secondsText } from './amounts.ts'
import { locked, ownUser, pullPolicy } from './defaults.ts'
import { variables } from './environment.ts'
import { healthCheck } from './health.ts'
import { hostsLabel, labelsOf } from './labels.ts'
import type { HostLayout, MainLayout } from './layout.ts'
import { externalNetworks, joining, networks } from './networks.ts'
import { hostAddresses } from './publish-engines.ts'
import { secretMounts } from './secret-files.ts'
import type { ComposeService, ProjectPart, ServiceEntry } from './types.ts'

/** Folder of the gateway’s files beside the Compose file. */
const gatewayHostFolder = './gateway'

/** The gateway, and its files. */
export function gatewayPart(layout: MainLayout): ProjectPart {
  const { plan, engines, options, namesOf, hosts } = layout
  if (!options.gateway) return { services: [] }
  const everywhere = [...engines, ...hosts.flatMap((host) => host.engines)]
  const placeOf = (engine: EngineService) => {
    const host = hosts.find((each) => each.engines.includes(engine))
    return host === undefined ? namesOf(engine).host : placesOn(host, engine)
  }
  const gateway = gatewayService(plan, everywhere, placeOf, options)
  return {
    services: [gatewayEntry(gateway, layout)],
    files: Object.entries(gateway.files).map(([name, text]) => ({ path: `gateway/${name}`, text })),
  }
}

/** Replicas on a further host, each at a port of it. */
const placesOn = (layout: HostLayout, engine: EngineService): ReplicasPlace[] =>
  hostAddresses(engine, layout).map((address) => ({ address, resolve: 'static', apiKey: layout.host.apiKey }))

function gatewayEntry(gateway: GatewayService, layout: MainLayout): ServiceEntry {
  const { fleet, secretFiles, gatewayName } = layout
  const state = gatewayState(fleet)
  const { cpu: _reserved, cpuLimit, memory, memoryRequest } = gateway.resources
  const secrets = secretMounts(secretFiles.filter(({ readBy }) => readBy === 'gateway'))
  const environment = { ...variables(gateway.environment), ...openness(fleet), ...state.environment }
  if (secrets.every(({ target }) => !target.startsWith(secretsFolder))) delete environment['FAIRLEAD_SECRETS_FOLDER']
  const external = [...externalNetworks(fleet).keys()]
  const hosts = fleet.models.flatMap(({ addresses }) => addresses).filter((address) => hostOf(address) === dockerHost)
  const service: ComposeService = {
    image: gateway.image,
    ...pullPolicy(fleet),
    user: ownUser,
    entrypoint: gateway.command.slice(0, 1),
    command: gateway.command.slice(1),
    restart: 'unless-stopped',
    stop_grace_period: secondsText(gateway.graceSeconds),
    ...(state.dependsOn === undefined ? {} : { depends_on: { [state.dependsOn]: { condition: 'service_healthy' } } }),
    ...(Object.keys(environment).length === 0 ? {} : { environment }),
    ...(secrets.length === 0 ? {} : { secrets }),
    volumes: [
      {
        type: 'bind',
        source: gatewayHostFolder,
        target: gatewayFolder,
        read_only: true,
        bind: { create_host_path: false },
      },
    ],
    ports: portsOf(fleet),
    networks: joining(networks.engines, ...state.networks, ...external),
    ...(hosts.length === 0 ? {} : { extra_hosts: { [dockerHost]: 'host-gateway' } }),
    healthcheck: healthCheck('gateway', gatewayPorts.http, gateway.probes),
    deploy: {
      resources: {
        limits: { ...(cpuLimit === undefined ? {} : { cpus: String(cpuLimit) }), memory: byteText(memory) },
        reservations: { memory: byteText(memoryRequest) },
      },
    },
    ...locked,
    labels: labelsOf({ fleet: fleet.name, component: 'gateway', ...furtherHosts(layout) }),
  }
  return { name: gatewayName, service, comments: commentsOn(service, fleet) }
}

/** By which a status tells replicas of further hosts, which are no containers here. */
function furtherHosts({ hosts }: MainLayout): { readonly hosts?: string } {
  const label = hostsLabel(hosts.map(({ host }) => host))
  return label === undefined ? {} : { hosts: label }
}

/** How containers call their host (Docker, “host-gateway”). */
const dockerHost = 'host.docker.internal'
const hostOf = (address: string) => URL.parse(address)?.hostname

/** Whether the Fleet lets in who has no key, since only its own machine reaches it. */
export function isOpenOnLoopback({ gateway, access }: Fleet): boolean {
  return (
    isLoopback(parseListenAddress(gateway.listen).host) &&
    access.keys.length === 0 &&
    access.keysFile === undefined &&
    !access.anonymous
  )
}

const openness = (fleet: Fleet): Record<string, string> =>
  isOpenOnLoopback(fleet) ? { FAIRLEAD_ACCESS_ANONYMOUS: 'true' } : {}

/** The gateway’s addresses become addresses of the host. */
function portsOf({ gateway }: Fleet): string[] {
  const admin = gateway.admin
  return [
    published(gateway.listen, gatewayPorts.http),
    ...(admin === undefined ? [] : [published(admin, gatewayPorts.admin)]),
  ]
}

function published(address: string, inside: number): string {
  const { host, port } = parseListenAddress(address)
  const outside = port === 0 ? '' : String(port)
  if (host === '0.0.0.0' || host === '::') return outside === '' ? String(inside) : `${outside}:${inside}`
  const ip = host === 'localhost' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `${ip}:${outside}:${inside}`
}

function commentsOn(service: ComposeService, fleet: Fleet): NonNullable<ServiceEntry['comments']> {
  return [
    {
      path: ['volumes', 0],
      text: 'The folder, not its files: the gateway follows changes, and a file that is mounted alone does not change.',
    },
    { path: ['ports'], text: 'gateway.listen and gateway.admin of the Fleet, as addresses of this host.' },
    ...(isOpenOnLoopback(fleet)
      ? [
          {
            path: ['environment', 'FAIRLEAD_ACCESS_ANONYMOUS'],
            text: 'The Fleet has no keys and listens on loopback: only this host, and containers of its networks, reach the gateway.',
          },
        ]
      : []),
    ...(service.extra_hosts === undefined ? [] : [{ path: ['extra_hosts'], text: 'Engines that run on this host.' }]),
  ]
}
