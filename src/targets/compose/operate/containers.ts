import { z } from 'zod'
import { UserError } from '../../../errors/index.ts'
import { hostsInLabel, labelKey } from '../labels.ts'
import type { Docker } from './docker.ts'

/** A container of a Fleet, as `docker compose ps` tells it. */
export interface Container {
  readonly name: string
  readonly service: string
  /** As Compose calls it in logs: `small-1`. */
  readonly id: string
  /** Absent for what is neither engine nor gateway. */
  readonly model: string | undefined
  readonly role: string
  readonly engine: string
  readonly isGateway: boolean
  /** Of the gateway: names of the further hosts whose engines it asks, by address. */
  readonly hosts: ReadonlyMap<string, string>
  /** `ready`, `starting`, `unhealthy`, `crash-loop`, `stopped`, or Docker’s own word. */
  readonly state: string
  readonly exitCode: number | null
  /** In Docker’s words, such as `Up 10 minutes (healthy)`. */
  readonly status: string
  readonly createdAt: string
  readonly image: string
  readonly published: readonly { readonly host: string; readonly port: number; readonly target: number }[]
  readonly configHash: string
}

/** A line of `docker compose ps --format json` (2.21 and later; recorded in testing/recordings). */
const row = z.object({
  Name: z.string(),
  Service: z.string(),
  State: z.string(),
  Status: z.string().nullish(),
  Health: z.string().nullish(),
  ExitCode: z.number().nullish(),
  Image: z.string().nullish(),
  CreatedAt: z.string().nullish(),
  Labels: z.string().nullish(),
  Publishers: z
    .array(z.object({ URL: z.string().nullish(), PublishedPort: z.number(), TargetPort: z.number() }))
    .nullish(),
})

/** Labels are one text there, `a=b,c=d`; values of ours have no commas, and parts without `=` belong to others’ values. */
function labelsIn(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(',').flatMap((part): [string, string][] => {
    const at = part.indexOf('=')
    return at < 0 ? [] : [[part.slice(0, at), part.slice(at + 1)]]
  })
  return new Map(pairs)
}

function stateOf(state: string, health: string): string {
  if (state === 'running') return health === '' || health === 'healthy' ? 'ready' : health
  if (state === 'restarting') return 'crash-loop'
  if (state === 'created') return 'preparing'
  return state === 'exited' || state === 'dead' ? 'stopped' : state
}

/** `2026-11-22 03:21:54 +0000 UTC` as ISO 8601; as it is where it is anything else. */
function isoTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)/.exec(text)
  if (match === null) return text
  const [, day, time, hours, minutes] = match
  return new Date(`${day}T${time}${hours}:${minutes}`).toISOString()
}

/** What `docker compose ps -a --format json` printed. */
export function parseContainers(text: string): readonly Container[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines
    .map((line): Container => {
      const found = row.parse(JSON.parse(line))
      const labels = labelsIn(found.Labels ?? '')
      const model = labels.get(labelKey('model'))
      const number = labels.get('com.docker.compose.container-number') ?? found.Name.replace(/^.*-/, '')
      const status = found.Status ?? ''
      const restarted = /^Restarting \((\d+)\)/.exec(status)?.[1]
      return {
        name: found.Name,
        service: found.Service,
        id: `${found.Service}-${number}`,
        model,
        role: labels.get(labelKey('role')) ?? 'both',
        engine: labels.get(labelKey('engine')) ?? '',
        isGateway: labels.get(labelKey('component')) === 'gateway',
        hosts: hostsInLabel(labels.get(labelKey('hosts')) ?? ''),
        state: stateOf(found.State, found.Health ?? ''),
        exitCode: restarted === undefined ? (found.ExitCode ?? null) : Number(restarted),
        status,
        createdAt: isoTime(found.CreatedAt ?? ''),
        image: found.Image ?? '',
        published: (found.Publishers ?? [])
          .filter(({ PublishedPort }) => PublishedPort > 0)
          .map(({ URL: host, PublishedPort, TargetPort }) => ({
            host: host ?? '',
            port: PublishedPort,
            target: TargetPort,
          })),
        configHash: labels.get('com.docker.compose.config-hash') ?? '',
      }
    })
    .toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
}

/** A Compose project that runs a Fleet. */
export interface FoundProject {
  readonly project: string
  /** Where its files lie. */
  readonly folder: string
  readonly containers: readonly Container[]
}

/** Names of the Fleets that have containers, sorted. */
export async function listProjects(docker: Docker): Promise<readonly string[]> {
  const text = await docker.run([
    'ps',
    '--all',
    '--filter',
    `label=${labelKey('fleet')}`,
    '--format',
    `{{.Label "${labelKey('fleet')}"}}`,
  ])
  return [...new Set(text.split('\n').filter((name) => name !== ''))].sort()
}

/** The project of a Fleet, by the labels of its containers, whoever started them; undefined when there are none. */
export async function findProject(
  fleet: string,
  docker: Docker,
  signal?: AbortSignal,
): Promise<FoundProject | undefined> {
  const options = signal === undefined ? {} : { signal }
  const format = '{{.Label "com.docker.compose.project"}}\t{{.Label "com.docker.compose.project.working_dir"}}'
  const filter = `label=${labelKey('fleet')}=${fleet}`
  const text = await docker.run(['ps', '--all', '--filter', filter, '--format', format], options)
  const [project = '', folder = ''] = (text.split('\n')[0] ?? '').split('\t')
  if (project === '') return undefined
  const listed = await docker.run(['compose', '-p', project, 'ps', '--all', '--format', 'json'], options)
  return { project, folder, containers: parseContainers(listed) }
}

/** @throws UserError where the Fleet has no containers */
export async function requireProject(fleet: string, docker: Docker, signal?: AbortSignal): Promise<FoundProject> {
  const found = await findProject(fleet, docker, signal)
  if (found !== undefined) return found
  const others = await listProjects(docker)
  throw new UserError({
    what: `Fleet “${fleet}” does not run on target compose`,
    why: others.length === 0 ? 'No container of this Docker host is of a Fleet.' : `There are ${others.join(', ')}.`,
    mend: 'Apply it:',
    command: 'fairlead apply --target compose',
  })
}

/**
 * The containers that a subject names: a replica, all of a model, the gateway; every engine and the gateway when absent.
 * @throws UserError where nothing is called so
 */
export function containersOf({ containers }: FoundProject, fleet: string, subject?: string): readonly Container[] {
  const own = containers.filter(({ model, isGateway }) => model !== undefined || isGateway)
  if (subject === undefined) return own
  const named = own.filter(({ id, model, name, isGateway }) =>
    subject === 'gateway' ? isGateway : id === subject || model === subject || name === subject,
  )
  if (named.length > 0) return named
  const names = [...new Set(own.flatMap(({ id, model, isGateway }) => (isGateway ? ['gateway'] : [model ?? '', id])))]
  throw new UserError({
    what: `Fleet “${fleet}” has no model or replica “${subject}”`,
    mend: `There are ${names.join(', ')}.`,
  })
}
