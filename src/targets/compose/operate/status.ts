import type { EngineName } from '../../../fleet/index.ts'
import { engineNames } from '../../../fleet/index.ts'
import { explainFailure } from '../../../engines/index.ts'
import type { LoadReport } from '../../../observe/report/index.ts'
import type { FleetProblem, FleetStatus, ReplicaStatus } from '../../contract.ts'
import { askForLoad } from '../../ask-load-report.ts'
import { fleetLoadOf, replicaLoadOf } from '../../fleet-load.ts'
import { enginePorts, gatewayPorts } from '../../rendering/index.ts'
import { findProject, type Container, type FoundProject } from './containers.ts'
import type { Docker } from './docker.ts'

/** The status of a Fleet by its containers. */
export async function readComposeStatus(fleet: string, docker: Docker, key?: string): Promise<FleetStatus> {
  const found = await findProject(fleet, docker)
  if (found === undefined) return { fleet, target: 'compose', running: false, gateway: null, replicas: [] }
  const hosts = found.containers.find(({ isGateway }) => isGateway)?.hosts ?? new Map<string, string>()
  const status = await withLoad(statusOf(fleet, found), hosts, key)
  const ill = found.containers.filter((container) => container.model !== undefined && isIll(container))
  const problems = await Promise.all(ill.map((container) => problemOf(container, found.project, docker)))
  return problems.length === 0 ? status : { ...status, problems }
}

const isIll = ({ state }: Container) => state === 'crash-loop' || state === 'unhealthy'

/** A gateway on this host that serves answers within a few milliseconds. */
const loadTimeoutMs = 1_000

/** The same with what the gateway says of the load. */
async function withLoad(
  status: FleetStatus,
  hosts: ReadonlyMap<string, string>,
  key: string | undefined,
): Promise<FleetStatus> {
  const { gateway, replicas } = status
  if (gateway?.state !== 'ready') return { ...status, load: fleetLoadOf([], 'the gateway is not ready') }
  if (gateway.admin === '') {
    return { ...status, load: fleetLoadOf([], 'gateway.admin is not published: set it in the Fleet') }
  }
  const answer = await askForLoad(gateway.admin, { timeoutMs: loadTimeoutMs, key, asksEngines: true })
  if ('missing' in answer) return { ...status, load: fleetLoadOf([], `the gateway ${answer.missing}`) }
  const { report } = answer
  const load = fleetLoadOf([report], null)
  const isHere = ({ address }: LoadReport['replicas'][number]) => !hosts.has(hostOf(address))
  const here = { ...report, replicas: report.replicas.filter(isHere) }
  return { ...status, load, replicas: [...withLoads(replicas, here), ...onHosts(hosts, report)] }
}

/** The gateway knows replicas by their addresses inside the project; only a model's single one is known by its model. */
function withLoads(replicas: readonly ReplicaStatus[], report: LoadReport): readonly ReplicaStatus[] {
  return replicas.map((replica) => {
    const isSame = ({ model, role = 'both' }: { readonly model: string; readonly role?: string }) =>
      model === replica.model && role === (replica.role ?? 'both')
    if (replicas.filter(isSame).length > 1) return replica
    return Object.assign({}, replica, replicaLoadOf(report.replicas.filter(isSame)))
  })
}

const hostOf = (address: string): string => URL.parse(address)?.hostname ?? ''

/** Replicas on further hosts, of which the gateway alone tells. */
function onHosts(hosts: ReadonlyMap<string, string>, report: LoadReport): readonly ReplicaStatus[] {
  return report.replicas.flatMap((entry): ReplicaStatus[] => {
    const { id, model, engine, role, ready, address, lastError } = entry
    const node = hosts.get(hostOf(address))
    if (node === undefined) return []
    const state = ready ? 'ready' : 'unreachable'
    return [
      { id, model, engine, role, state, address, node, starts: 1, since: '', lastError, ...replicaLoadOf([entry]) },
    ]
  })
}

/** Without a look into logs. */
function statusOf(fleet: string, { containers }: FoundProject): FleetStatus {
  const gateway = containers.find(({ isGateway }) => isGateway)
  return {
    fleet,
    target: 'compose',
    running: containers.some(({ state }) => state !== 'stopped'),
    gateway:
      gateway === undefined
        ? null
        : {
            address: publishedAt(gateway, gatewayPorts.http) ?? '',
            admin: publishedAt(gateway, gatewayPorts.admin) ?? '',
            state: gateway.state,
            lastError: errorOf(gateway),
          },
    replicas: containers.flatMap((container) => (container.model === undefined ? [] : [replicaOf(container)])),
  }
}

/** Where the host reaches a port of a container; undefined where it is not published. */
function publishedAt({ published }: Container, target: number): string | undefined {
  const found = published.find((each) => each.target === target)
  if (found === undefined) return undefined
  const isEverywhere = found.host === '' || found.host === '0.0.0.0' || found.host === '::'
  const host = isEverywhere ? '127.0.0.1' : found.host.includes(':') ? `[${found.host}]` : found.host
  return `http://${host}:${found.port}`
}

/** The exit code of a process that a signal ended is 128 and the signal’s number. */
function exitText(code: number): string {
  if (code === 137) return 'it was killed (exit code 137): out of memory, or stopped the hard way'
  return `it ended with exit code ${code}`
}

function errorOf({ state, exitCode, status }: Container): string | null {
  if (state === 'crash-loop' || state === 'stopped') return exitCode === null ? status : exitText(exitCode)
  return state === 'unhealthy' ? 'its health check fails' : null
}

function replicaOf(container: Container): ReplicaStatus {
  const { id, model = '', engine, role, state, createdAt, image, service } = container
  return {
    id,
    model,
    engine,
    state,
    address: publishedAt(container, enginePorts.http) ?? `http://${service}:${enginePorts.http}`,
    starts: 1,
    since: createdAt,
    inFlight: null,
    tokensPerSecond: null,
    lastError: errorOf(container),
    role,
    version: image.replace(/^.*:/, ''),
  }
}

/** Enough for a traceback of Python. */
const lookedThrough = 80

/** Both streams of one container, without a prefix. */
const logsOf = ({ id, service }: Container, project: string): readonly string[] => {
  const index = id.slice(service.length + 1)
  const tail = String(lookedThrough)
  return ['compose', '-p', project, 'logs', '--no-color', '--no-log-prefix', '--tail', tail, '--index', index, service]
}

/** What keeps a container from serving: the meaning of its last lines where they are known, else these lines. */
export async function problemOf(container: Container, project: string, docker: Docker): Promise<FleetProblem> {
  const { id, engine, exitCode, name, state } = container
  const text = await docker.run(logsOf(container, project)).catch(() => '')
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const known: EngineName | undefined = engineNames.find((each) => each === engine)
  const exit = { code: exitCode, ...(exitCode === 137 ? { reason: 'OOMKilled' } : {}) }
  const explained = explainFailure(known, lines, exit)
  const what = errorOf(container) ?? state
  if (explained === undefined) {
    const why = lines.slice(-5).join('\n')
    return {
      subject: `replica ${id}`,
      reason: state,
      what,
      ...(why === '' ? {} : { why }),
      command: `docker logs ${name}`,
    }
  }
  const { meaning, mend, command = `docker logs ${name}` } = explained
  return { subject: `replica ${id}`, reason: explained.id, what: `${what}: ${meaning}`, mend, command }
}
