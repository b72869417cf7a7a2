/**
 * The command `docker` for tests: keeps projects in a file instead of containers, and prints what Docker CLI 28 and Compose
 * 2.40 print (recordings beside it; a test compares). `docker` in a folder of PATH runs it. Files in $FAKE_DOCKER: `world.json`
 * is what there is, `faults.json` what a test orders to go wrong.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { FakeContainer, FakeFaults, FakeWorld } from './fake-world.ts'

const folder = process.env['FAKE_DOCKER'] ?? ''
const read = <Value>(name: string, otherwise: Value): Value =>
  existsSync(join(folder, name)) ? (JSON.parse(readFileSync(join(folder, name), 'utf8')) as Value) : otherwise
const faults = read<FakeFaults>('faults.json', {})

/** Several of these run at once, as several clients of one daemon do. */
async function change<Result>(work: (world: FakeWorld) => Result): Promise<Result> {
  const lock = join(folder, 'lock')
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch {
      await delay(5)
    }
  }
  try {
    const world = read<FakeWorld>('world.json', { containers: [], volumes: [], networks: [], events: [] })
    const result = work(world)
    writeFileSync(join(folder, 'world.new'), JSON.stringify(world))
    renameSync(join(folder, 'world.new'), join(folder, 'world.json'))
    return result
  } finally {
    rmdirSync(lock)
  }
}

const out = (text: string) => process.stdout.write(`${text}\n`)
const say = (text: string) => process.stderr.write(`${text}\n`)
function fail(text: string, code = 1): never {
  writeFileSync(2, `${text}\n`)
  process.exit(code)
}

interface Service {
  readonly image: string
  readonly scale?: number
  readonly profiles?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly healthcheck?: object
  readonly environment?: Readonly<Record<string, string>>
}
interface Project {
  readonly name: string
  readonly services: Readonly<Record<string, Service>>
  readonly volumes?: Readonly<Record<string, unknown>>
}

const envFile = (at: string) =>
  existsSync(join(at, '.env'))
    ? new Set(readFileSync(join(at, '.env'), 'utf8').match(/^\w+(?==.)/gm) ?? [])
    : new Set<string>()

async function projectFrom(text: string, at: string): Promise<Project> {
  // Most commands read no project; they start the quicker.
  const { parse } = await import('yaml')
  const project = parse(text) as Project
  const set = envFile(at)
  for (const [name, { environment = {}, profiles = [] }] of Object.entries(project.services)) {
    for (const [key, value] of profiles.length > 0 ? [] : Object.entries(environment)) {
      const [, variable = '', message] = /^\$\{(\w+):\?(.*)\}$/.exec(value) ?? []
      if (variable === '' || set.has(variable) || process.env[variable] !== undefined) continue
      fail(
        `error while interpolating services.${name}.environment.${key}: required variable ${variable} is missing a value: ${message ?? ''}`,
      )
    }
  }
  return project
}

const projectHere = () => {
  if (!existsSync('compose.yaml')) fail('no configuration file provided: not found')
  return projectFrom(readFileSync('compose.yaml', 'utf8'), process.cwd())
}

/** As pkg/compose/hash.go does it: without what needs no new container. */
function hashOf({ scale: _scale, profiles: _profiles, ...service }: Service): string {
  const { depends_on: _dependsOn, pull_policy: _policy, ...rest } = service as Record<string, unknown>
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex')
}

function note(
  world: FakeWorld,
  action: string,
  container: FakeContainer,
  attributes: Record<string, string> = {},
): void {
  world.events.push({ action, timeMs: Date.now(), container, attributes })
}

function createContainer(world: FakeWorld, project: Project, name: string, number: number): void {
  const service = project.services[name]
  if (service === undefined) fail(`no such service: ${name}`)
  const container: FakeContainer = {
    id: createHash('sha256').update(`${project.name} ${name} ${number} ${Date.now()}`).digest('hex'),
    name: `${project.name}-${name}-${number}`,
    project: project.name,
    service: name,
    number,
    folder: process.cwd(),
    image: service.image,
    hash: hashOf(service),
    labels: service.labels ?? {},
    ports: service.ports ?? [],
    hasHealth: service.healthcheck !== undefined,
    state: faults.crashing?.includes(name) === true ? 'restarting' : 'running',
    seen: 0,
    createdAtMs: Date.now(),
  }
  world.containers.push(container)
  say(` Container ${container.name}  Creating`)
  say(` Container ${container.name}  Created`)
  note(world, 'create', container)
  say(` Container ${container.name}  Starting`)
  say(` Container ${container.name}  Started`)
  note(world, 'start', container)
}

function remove(world: FakeWorld, container: FakeContainer): void {
  for (const word of ['Stopping', 'Stopped', 'Removing', 'Removed']) say(` Container ${container.name}  ${word}`)
  note(world, 'die', container, { exitCode: '0', execDuration: '1' })
  note(world, 'destroy', container)
  world.containers.splice(world.containers.indexOf(container), 1)
}

async function up(args: readonly string[]): Promise<void> {
  const project = await projectHere()
  const scales = new Map<string, number>()
  const named: string[] = []
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? ''
    if (arg === '--scale') {
      const [name = '', count = ''] = (args[(index += 1)] ?? '').split('=')
      scales.set(name, Number(count))
    } else if (!arg.startsWith('-')) named.push(arg)
  }
  if (faults.upFails !== undefined) fail(faults.upFails)
  if (faults.upTakesMs !== undefined) await delay(faults.upTakesMs)
  await change((world) => {
    for (const [name, service] of Object.entries(project.services)) {
      if (named.length === 0 ? (service.profiles ?? []).length > 0 : !named.includes(name)) continue
      const wanted = scales.get(name) ?? service.scale ?? 1
      const own = () => world.containers.filter((each) => each.project === project.name && each.service === name)
      for (const each of own().filter(
        ({ number, hash }) => number > wanted || (!args.includes('--no-recreate') && hash !== hashOf(service)),
      ))
        remove(world, each)
      for (let number = 1; number <= wanted; number += 1) {
        if (!own().some((each) => each.number === number)) createContainer(world, project, name, number)
      }
    }
    if (args.includes('--remove-orphans')) {
      const orphans = world.containers.filter(
        ({ project: of, service }) => of === project.name && project.services[service] === undefined,
      )
      for (const each of orphans) remove(world, each)
    }
    for (const volume of Object.keys(project.volumes ?? {})) {
      if (!world.volumes.includes(`${project.name}_${volume}`)) world.volumes.push(`${project.name}_${volume}`)
    }
  })
}

const labelsOf = ({ labels, project, service, number, hash, folder: at }: FakeContainer): Record<string, string> => ({
  ...labels,
  'com.docker.compose.project': project,
  'com.docker.compose.service': service,
  'com.docker.compose.container-number': String(number),
  'com.docker.compose.config-hash': hash,
  'com.docker.compose.oneoff': 'False',
  'com.docker.compose.project.working_dir': at,
  'com.docker.compose.project.config_files': join(at, 'compose.yaml'),
  'com.docker.compose.version': '2.40.3',
})

/** Healthy when it was looked at once: whoever waits sees it start. */
function lookAt(container: FakeContainer): { state: string; health: string; status: string } {
  container.seen += 1
  if (container.state !== 'running') {
    const isRestarting = container.state === 'restarting'
    return {
      state: container.state,
      health: '',
      status: isRestarting ? 'Restarting (1) 1 second ago' : 'Exited (0) 1 second ago',
    }
  }
  if (!container.hasHealth) return { state: 'running', health: '', status: 'Up 1 second' }
  const isHealthy = container.seen > 1 && faults.neverHealthy?.includes(container.service) !== true
  const status = `Up 1 second (${isHealthy ? 'healthy' : 'health: starting'})`
  return { state: 'running', health: isHealthy ? 'healthy' : 'starting', status }
}

function psLine(container: FakeContainer): string {
  const { state, health, status } = lookAt(container)
  const publishers = container.ports.map((port) => {
    const parts = port.split(':')
    const target = Number(parts.at(-1))
    return {
      URL: parts.slice(0, -2).join(':') || '0.0.0.0',
      TargetPort: target,
      PublishedPort: Number(parts.at(-2)),
      Protocol: 'tcp',
    }
  })
  const created = new Date(container.createdAtMs).toISOString()
  return JSON.stringify({
    Command: '"fairlead"',
    CreatedAt: `${created.slice(0, 10)} ${created.slice(11, 19)} +0000 UTC`,
    ExitCode: 0,
    Health: health,
    ID: container.id.slice(0, 12),
    Image: container.image,
    Labels: Object.entries(labelsOf(container))
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    LocalVolumes: '0',
    Mounts: '',
    Name: container.name,
    Names: container.name,
    Networks: `${container.project}_engines`,
    Ports: '',
    Project: container.project,
    Publishers: publishers,
    RunningFor: '1 second ago',
    Service: container.service,
    Size: '0B',
    State: state,
    Status: status,
  })
}

const eventLine = ({ action, timeMs, container, attributes }: FakeWorld['events'][number]): string =>
  JSON.stringify({
    Type: 'container',
    Action: action,
    Actor: {
      ID: container.id,
      Attributes: { ...labelsOf(container), image: container.image, name: container.name, ...attributes },
    },
    scope: 'local',
    time: Math.floor(timeMs / 1000),
    timeNano: timeMs * 1e6,
  })

const after = (args: readonly string[], flag: string): string | undefined => {
  const at = args.indexOf(flag)
  return at < 0 ? undefined : args[at + 1]
}

async function logs(project: string, args: readonly string[]): Promise<void> {
  const index = after(args, '--index')
  const valued = new Set(['--tail', '--index'])
  const services = args.filter((arg, at) => !arg.startsWith('-') && !valued.has(args[at - 1] ?? ''))
  const own = await change(({ containers }) => containers.filter((each) => each.project === project))
  for (const { service, number } of own) {
    if (services.length > 0 && !services.includes(service)) continue
    if (index !== undefined && number !== Number(index)) continue
    for (const line of faults.logLines?.[service] ?? ['listening']) {
      out(args.includes('--no-log-prefix') ? line : `${service}-${number}  | ${line}`)
    }
  }
  if (args.includes('--follow')) await delay(600_000)
}

/** Runs the command here, in place of the container that is named. */
async function exec(project: string, args: readonly string[]): Promise<void> {
  const at = args.indexOf('--index') + 2
  const [service = '', program = '', ...rest] = args.slice(at)
  const { containers } = read<FakeWorld>('world.json', { containers: [], volumes: [], networks: [], events: [] })
  const isThere = containers.some(
    (each) => each.project === project && each.service === service && each.number === Number(args[at - 1]),
  )
  if (!isThere) fail(`service "${service}" is not running`)
  const { spawnSync } = await import('node:child_process')
  process.exitCode =
    spawnSync(program, rest, { stdio: 'inherit', env: { ...process.env, SERVICE: service } }).status ?? 1
}

async function down(project: string, args: readonly string[]): Promise<void> {
  await change((world) => {
    for (const each of world.containers.filter((container) => container.project === project)) remove(world, each)
    if (!args.includes('--volumes')) return
    for (const volume of world.volumes.filter((name) => name.startsWith(`${project}_`)))
      say(` Volume ${volume}  Removed`)
    world.volumes = world.volumes.filter((name) => !name.startsWith(`${project}_`))
  })
}

async function compose(all: readonly string[]): Promise<void> {
  const verb = all.find((arg) => ['version', 'config', 'up', 'ps', 'logs', 'down', 'rm', 'exec'].includes(arg)) ?? ''
  const args = all.slice(all.indexOf(verb) + 1)
  if (faults.noCompose === true)
    fail(readFileSync(new URL('recordings/no-compose.txt', import.meta.url), 'utf8').trim())
  if (verb === 'version') return void out(faults.version ?? '2.40.3')
  if (verb === 'config') {
    const at = after(all, '--project-directory') ?? process.cwd()
    const project = after(all, '-f') === '-' ? await projectFrom(readFileSync(0, 'utf8'), at) : await projectHere()
    if (args.includes('--hash')) {
      for (const [name, service] of Object.entries(project.services).toSorted()) {
        if ((service.profiles ?? []).length === 0) out(`${name} ${hashOf(service)}`)
      }
    } else out(JSON.stringify(project, null, 2))
    return
  }
  if (verb === 'up') return up(args)
  const project = after(all, '-p') ?? (await projectHere()).name
  if (verb === 'logs') return logs(project, args)
  if (verb === 'exec') return exec(project, args)
  if (verb === 'down') return down(project, args)
  if (verb === 'rm') {
    return change((world) => {
      const gone = world.containers.filter((each) => each.project === project && args.includes(each.service))
      for (const each of gone) remove(world, each)
    })
  }
  await change(({ containers }) => {
    for (const each of containers) if (each.project === project) out(psLine(each))
  })
}

async function plainPs(args: readonly string[]): Promise<void> {
  const [key = '', value] = (after(args, '--filter') ?? '').replace(/^label=/, '').split('=')
  const format = after(args, '--format') ?? ''
  await change(({ containers }) => {
    for (const each of containers) {
      const labels = labelsOf(each)
      if (labels[key] === undefined || (value !== undefined && labels[key] !== value)) continue
      out(format.replaceAll(/\{\{\.Label "([^"]+)"\}\}/g, (_, name: string) => labels[name] ?? ''))
    }
  })
}

async function restart(name: string): Promise<void> {
  await change((world) => {
    const found = world.containers.find((each) => each.name === name)
    if (found === undefined) fail(`Error response from daemon: No such container: ${name}`)
    found.seen = 0
    note(world, 'die', found, { exitCode: '143', execDuration: '2' })
    note(world, 'start', found)
    note(world, 'restart', found)
  })
  out(name)
}

const args = process.argv.slice(2)
appendFileSync(join(folder, 'asked.txt'), `${args.join(' ')}\n`)
const needsDaemon = !(args[0] === 'compose' && (args.includes('version') || args.includes('config')))
if (needsDaemon && faults.daemon !== undefined) fail(faults.daemon)
if (args[0] === 'compose') await compose(args.slice(1))
else if (args[0] === 'ps') await plainPs(args)
else if (args[0] === 'restart') await restart(args[1] ?? '')
else if (args[0] === 'volume') {
  const project = (after(args, '--filter') ?? '').replace(/^.*=/, '')
  await change(({ volumes }) => volumes.filter((name) => name.startsWith(`${project}_`)).forEach(out))
} else if (args[0] === 'events') {
  await change(({ events }) => events.forEach((event) => out(eventLine(event))))
  if (!args.includes('--until')) await delay(600_000)
} else if (args[0] === 'version') out('Client:\n Version:           28.2.2\n API version:       1.50')
else if (args[0] === 'inspect') {
  await change(({ containers }) =>
    containers
      .filter(({ name }) => args.includes(name))
      .forEach(({ name, image }) => out(JSON.stringify({ name: `/${name}`, image }))),
  )
} else fail(`docker: '${args[0] ?? ''}' is not a docker command.`)
