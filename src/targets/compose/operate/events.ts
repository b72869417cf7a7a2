import { z } from 'zod'
import type { EventQuery, FleetEvent } from '../../contract.ts'
import { labelKey } from '../labels.ts'
import { containersOf, requireProject } from './containers.ts'
import type { Docker } from './docker.ts'

/** The daemon keeps the last 256 events of all that it runs (moby, daemon/events); older ones are gone in any case. */
const lookedBack = '24h'

/** A line of `docker events --format json` (recorded in testing/recordings). */
const line = z.object({
  Action: z.string(),
  Actor: z.object({ Attributes: z.record(z.string(), z.string()) }),
  timeNano: z.number(),
})

/** Health checks and people’s `exec` come every some seconds and say nothing of the Fleet. */
const isNoise = (action: string) => /^(exec_|top|attach|resize|archive-path|export|copy)/.test(action)

const words: Readonly<Record<string, string>> = {
  create: 'created',
  start: 'started',
  restart: 'restarted',
  stop: 'stopped',
  destroy: 'removed',
  pause: 'held',
  unpause: 'goes on',
  oom: 'ran out of memory',
}

function messageOf(action: string, { exitCode, signal, execDuration }: Readonly<Record<string, string>>): string {
  if (action === 'die') return `ended with exit code ${exitCode ?? '?'} after ${execDuration ?? '?'} s`
  if (action === 'kill') return `got signal ${signal ?? '?'}`
  if (action.startsWith('health_status: ')) return `is ${action.slice('health_status: '.length)}`
  return words[action] ?? action
}

/** Ends by itself and by SIGTERM (143) are as they should be. */
function isHarm(action: string, { exitCode, signal }: Readonly<Record<string, string>>): boolean {
  if (action === 'die') return exitCode !== '0' && exitCode !== '143'
  return action === 'oom' || action === 'health_status: unhealthy' || (action === 'kill' && signal === '9')
}

/** A line of the daemon as an event of a Fleet; undefined for what tells nothing of it. */
export function parseEvent(text: string): (FleetEvent & { readonly id: string }) | undefined {
  const parsed = line.safeParse(JSON.parse(text))
  if (!parsed.success) return undefined
  const { Action: action, timeNano } = parsed.data
  const { Attributes: attributes } = parsed.data.Actor
  if (isNoise(action)) return undefined
  const service = attributes['com.docker.compose.service'] ?? ''
  const id = `${service}-${attributes['com.docker.compose.container-number'] ?? '1'}`
  const isGateway = attributes[labelKey('component')] === 'gateway'
  return {
    id,
    at: new Date(timeNano / 1e6).toISOString(),
    severity: isHarm(action, attributes) ? 'warning' : 'normal',
    subject: isGateway ? 'gateway' : `replica ${id}`,
    reason: action.startsWith('health_status') ? 'health' : action,
    message: messageOf(action, attributes),
    count: 1,
  }
}

/** What happened to the containers of a Fleet, as the daemon remembers it. */
export async function* readComposeEvents(
  fleet: string,
  { subject, follow, signal }: EventQuery,
  docker: Docker,
): AsyncGenerator<FleetEvent> {
  const found = await requireProject(fleet, docker, signal)
  const ids = subject === undefined ? undefined : new Set(containersOf(found, fleet, subject).map(({ id }) => id))
  const filters = [`label=com.docker.compose.project=${found.project}`, 'type=container']
  const args = [
    'events',
    ...filters.flatMap((filter) => ['--filter', filter]),
    '--format',
    'json',
    '--since',
    lookedBack,
  ]
  const until = follow ? [] : ['--until', '0s']
  for await (const text of docker.lines([...args, ...until], signal)) {
    if (text.trim() === '') continue
    const event = parseEvent(text)
    if (event === undefined || (ids !== undefined && !ids.has(event.id))) continue
    const { id: _id, ...told } = event
    yield told
  }
}
