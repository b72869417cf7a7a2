import type { Comment } from '../rendering/index.ts'
import { profiles } from './defaults.ts'
import type { Layout } from './layout.ts'
import { externalNetworks, networks } from './networks.ts'
import type { ComposeFile, ComposeService, ProjectPart } from './types.ts'
import { ComposeVariable } from './variable.ts'
import { volumes } from './volumes.ts'

/** The Compose file of a project’s parts, with their comments at their places in it. */
export function composeFile(
  layout: Layout,
  parts: readonly ProjectPart[],
): { readonly file: ComposeFile; readonly comments: readonly Comment[] } {
  const entries = parts.flatMap(({ services }) => services)
  const services = Object.fromEntries(entries.map(({ name, service }) => [name, inOrder(service)]))
  const secrets = secretsOf(
    layout,
    entries.map(({ service }) => service),
    parts,
  )
  const named = volumesOf(
    entries.map(({ service }) => service),
    parts,
  )
  const file: ComposeFile = {
    name: projectName(layout),
    services,
    networks: networksOf(layout, services),
    ...(named.length === 0 ? {} : { volumes: Object.fromEntries(named.map((name) => [name, null])) }),
    ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
  }
  const comments = entries.flatMap(({ name, comments: own = [] }, index): Comment[] => {
    const inPlace = own.map(({ path, text }): Comment => ({ path: ['services', name, ...path], text }))
    if (index > 0) inPlace.unshift({ path: ['services', name], text: '' })
    return inPlace
  })
  return { file, comments: [{ path: [], text: heading(layout, services, secrets) }, ...comments, ...closing(file)] }
}

/** A project’s name, different on each host, since one machine may speak to the Docker of several. */
function projectName({ fleet, host }: Layout): string {
  const name = fleet.targets.compose.project ?? fleet.name
  return host === undefined ? name : `${name}-${host.name}`
}

/** What runs, then what it is given, then what it may. */
const keys: readonly (keyof ComposeService)[] = [
  'image',
  'profiles',
  'pull_policy',
  'user',
  'entrypoint',
  'command',
  'scale',
  'restart',
  'stop_grace_period',
  'depends_on',
  'environment',
  'env_file',
  'secrets',
  'volumes',
  'ports',
  'networks',
  'extra_hosts',
  'healthcheck',
  'shm_size',
  'ulimits',
  'deploy',
  'read_only',
  'tmpfs',
  'cap_drop',
  'cap_add',
  'security_opt',
  'labels',
  'logging',
]

/** A service with its keys in the same order as every other. */
const inOrder = (service: ComposeService): ComposeService =>
  Object.fromEntries(
    keys.flatMap((key) => (service[key] === undefined ? [] : [[key, service[key]]])),
  ) as unknown as ComposeService

function networksOf({ fleet }: Layout, services: Readonly<Record<string, ComposeService>>): ComposeFile['networks'] {
  const joined = new Set(Object.values(services).flatMap(({ networks: own = {} }) => Object.keys(own)))
  const own = Object.values(networks)
    .filter((name) => joined.has(name))
    .map((name) => [name, name === networks.state ? { internal: true } : null] as const)
  const external = [...externalNetworks(fleet)]
    .filter(([key]) => joined.has(key))
    .map(([key, name]) => [key, { name, external: true }] as const)
  return Object.fromEntries([...own, ...external])
}

function volumesOf(services: readonly ComposeService[], parts: readonly ProjectPart[]): string[] {
  const mounted = new Set(
    services.flatMap(({ volumes: own = [] }) => own.flatMap(({ type, source }) => (type === 'volume' ? [source] : []))),
  )
  const all = [...Object.values(volumes), ...parts.flatMap((part) => part.volumes ?? [])]
  return all.filter((name) => mounted.has(name))
}

/** Secrets that some service mounts. */
function secretsOf(
  { secretFiles }: Layout,
  services: readonly ComposeService[],
  parts: readonly ProjectPart[],
): NonNullable<ComposeFile['secrets']> {
  const mounted = new Set(services.flatMap(({ secrets = [] }) => secrets.map(({ source }) => source)))
  const all = [
    ...secretFiles.map(({ name, file }) => [name, { file }] as const),
    ...parts.flatMap(({ secrets = {} }) => Object.entries(secrets)),
  ]
  return Object.fromEntries(all.filter(([name]) => mounted.has(name)))
}

/** How to start it, before everything else. */
function heading(
  { fleet, options, host }: Layout,
  services: Readonly<Record<string, ComposeService>>,
  secrets: NonNullable<ComposeFile['secrets']>,
): string {
  const used = new Set(Object.values(services).flatMap((service) => service.profiles ?? []))
  const hasVariables = Object.values(services).some(({ environment = {} }) =>
    Object.values(environment).some((value) => value instanceof ComposeVariable),
  )
  const here = Object.values(secrets).filter(({ file }) => file.startsWith('./'))
  const first = [
    ...(hasVariables ? ['cp .env.example .env            and fill it in'] : []),
    ...(here.length === 0
      ? []
      : ['mkdir -m 700 secrets            and put these there, readable: ' + here.map(({ file }) => file).join(', ')]),
    ...(used.has(profiles.langfuse)
      ? ['cp langfuse.env.example langfuse.env   and fill it in, for the profile langfuse']
      : []),
  ]
  return [
    host === undefined
      ? `Fleet ${fleet.name}, rendered by Fairlead ${options.version}: change the Fleet and render it anew, or take it over from here.`
      : `Host ${host.name} of Fleet ${fleet.name}, rendered by Fairlead ${options.version}: copy this folder there, and run in it:`,
    ...first.map((line) => `  ${line}`),
    '  docker compose up -d',
    ...[...used].map((profile) => `  docker compose --profile ${profile} up -d`),
  ].join('\n')
}

function closing({ networks: all, volumes: named, secrets }: ComposeFile): Comment[] {
  return [
    ...[
      'services',
      'networks',
      ...(named === undefined ? [] : ['volumes']),
      ...(secrets === undefined ? [] : ['secrets']),
    ].map((key) => ({ path: [key], text: '' })),
    ...(Object.hasOwn(all, networks.state)
      ? [{ path: ['networks', networks.state], text: 'No way out, and none in.' }]
      : []),
    ...(secrets === undefined
      ? []
      : [
          {
            path: ['secrets'],
            text: 'Containers read these files as their own users: leave the files readable (0644), and their folder closed to others (0700).',
          },
        ]),
  ]
}
