import type { FleetStatus, ReplicaStatus } from '../../operate/index.ts'
import { fitColumns, type Column } from '../console/index.ts'
import type { Paint } from '../output.ts'
import { judgeHealth, judgeReplicas } from './judge-health.ts'

const columns: readonly Column[] = [
  { title: 'MODEL' },
  { title: 'ENGINE' },
  { title: 'REPLICAS', align: 'right' },
  { title: 'STATE' },
  { title: 'ADDRESS' },
  { title: 'IN-FLIGHT', align: 'right' },
  { title: 'TOKENS/S', align: 'right' },
]

function paintState(state: string, paint: Paint): string {
  if (state === 'ready') return paint.green(state)
  return ['down', 'crash-loop', 'stopped', 'failed'].includes(state) ? paint.red(state) : paint.yellow(state)
}

/** The sum of what is known; undefined when nothing is. */
function sum(values: readonly (number | null)[]): number | undefined {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0)
}

const shown = (value: number | null | undefined, digits: number) =>
  value === null || value === undefined ? '-' : value.toFixed(digits)

function modelRows(replicas: readonly ReplicaStatus[], paint: Paint): readonly (readonly string[])[] {
  const [first] = replicas
  if (first === undefined) return []
  const ready = replicas.filter(({ state }) => state === 'ready').length
  const isOne = replicas.length === 1
  const row = [
    first.model,
    first.engine,
    `${ready}/${replicas.length}`,
    paintState(isOne ? first.state : judgeReplicas(replicas), paint),
    isOne ? first.address : '',
    shown(sum(replicas.map(({ inFlight }) => inFlight)), 0),
    shown(sum(replicas.map(({ tokensPerSecond }) => tokensPerSecond)), 1),
  ]
  if (isOne) return [row]
  return [
    row,
    ...replicas.map((replica) => [
      paint.dim(`  ${replica.id}`),
      '',
      '',
      paintState(replica.state, paint),
      replica.address,
      shown(replica.inFlight, 0),
      shown(replica.tokensPerSecond, 1),
    ]),
  ]
}

/** Titles of columns that a narrow terminal does without, the least important first. */
const dispensable = ['ADDRESS', 'TOKENS/S', 'ENGINE']

/** The status for people, with a table no wider than `width` columns where that can be: the gateway, a table of models, and what went wrong last. */
export function renderStatus(status: FleetStatus, paint: Paint, width = Infinity): readonly string[] {
  const { fleet, gateway, replicas, running } = status
  if (!running) return [`Fleet ${paint.bold(fleet)} does not run. Start it with: fairlead up`]
  const models = [...new Set(replicas.map(({ model }) => model))]
  const rows = models.flatMap((model) =>
    modelRows(
      replicas.filter((replica) => replica.model === model),
      paint,
    ),
  )
  const errors = [
    ...(gateway === null || gateway.lastError === null || gateway.state === 'ready'
      ? []
      : [`gateway: ${gateway.lastError}`]),
    ...replicas
      .filter(({ lastError, state }) => lastError !== null && state !== 'ready')
      .map(({ id, lastError }) => `${id}: ${lastError}`),
  ]
  return [
    `Fleet ${paint.bold(fleet)} is ${paintState(judgeHealth(status), paint)}${gateway === null ? '' : ` at ${paint.cyan(gateway.address)}`}`,
    ...(rows.length === 0 ? [] : ['', ...fitColumns(columns, rows, dispensable, width)]),
    ...(errors.length === 0 ? [] : ['', ...errors.map((error) => paint.red(error))]),
  ]
}
