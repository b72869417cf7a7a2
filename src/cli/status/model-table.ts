import type { FleetStatus, PoolStatus, ReplicaStatus } from '../../operate/index.ts'
import { fitColumns, type Column } from '../console/index.ts'
import type { Paint } from '../output.ts'
import { judgeReplicas } from './judge-health.ts'

/** Good, bad, or on the way: by colour. */
export function paintState(state: string, paint: Paint): string {
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

/** The replicas of a model, or of one role of it, and what is wanted where the target knows. */
interface Group {
  readonly model: string
  readonly role: string
  readonly replicas: readonly ReplicaStatus[]
  readonly pool: PoolStatus | undefined
}

/** Roles count where there are any beside `both`. */
const roleOf = ({ role = 'both' }: { readonly role?: string }) => role

function groupsOf({ replicas, pools = [] }: FleetStatus): readonly Group[] {
  const keys = new Map<string, Omit<Group, 'replicas' | 'pool'>>()
  for (const each of [...pools, ...replicas]) {
    keys.set(`${each.model} ${roleOf(each)}`, { model: each.model, role: roleOf(each) })
  }
  return [...keys.values()].map(({ model, role }) => ({
    model,
    role,
    replicas: replicas.filter((replica) => replica.model === model && roleOf(replica) === role),
    pool: pools.find((pool) => pool.model === model && pool.role === role),
  }))
}

function stateOf({ replicas, pool }: Group): string {
  const [only] = replicas
  const wanted = pool?.wanted ?? replicas.length
  if (only !== undefined && replicas.length === 1 && wanted === 1) return only.state
  if (wanted === 0 && replicas.length === 0) return 'zero'
  const missing = Array.from({ length: Math.max(0, wanted - replicas.length) }, () => ({ state: 'starting' }))
  return judgeReplicas([...replicas, ...missing])
}

/** Cells by the title of their column. */
type Row = Readonly<Record<string, string>>

function groupRows(group: Group, paint: Paint): readonly Row[] {
  const { model, role, replicas, pool } = group
  const [first] = replicas
  const ready = pool?.ready ?? replicas.filter(({ state }) => state === 'ready').length
  const wanted = pool?.wanted ?? replicas.length
  const isOne = replicas.length === 1
  const state = stateOf(group)
  const row = {
    MODEL: model,
    ROLE: role,
    ENGINE: first?.engine ?? '',
    REPLICAS: `${ready}/${wanted}`,
    STATE: state === 'zero' ? paint.dim('at zero') : paintState(state, paint),
    VERSION: pool?.version ?? first?.version ?? '',
    NODE: isOne ? (first?.node ?? '') : '',
    ADDRESS: isOne ? (first?.address ?? '') : '',
    'IN-FLIGHT': shown(sum(replicas.map(({ inFlight }) => inFlight)), 0),
    'TOKENS/S': shown(sum(replicas.map(({ tokensPerSecond }) => tokensPerSecond)), 1),
  }
  if (replicas.length < 2) return [row]
  return [
    row,
    ...replicas.map((replica) => ({
      MODEL: paint.dim(`  ${replica.id}`),
      STATE: paintState(replica.state, paint),
      VERSION: replica.version === pool?.version ? '' : (replica.version ?? ''),
      NODE: replica.node ?? '',
      ADDRESS: replica.address,
      'IN-FLIGHT': shown(replica.inFlight, 0),
      'TOKENS/S': shown(replica.tokensPerSecond, 1),
    })),
  ]
}

const columns: readonly (Column & { readonly isOptional?: boolean })[] = [
  { title: 'MODEL' },
  { title: 'ROLE', isOptional: true },
  { title: 'ENGINE' },
  { title: 'REPLICAS', align: 'right' },
  { title: 'STATE' },
  { title: 'VERSION', isOptional: true },
  { title: 'NODE', isOptional: true },
  { title: 'ADDRESS' },
  { title: 'IN-FLIGHT', align: 'right' },
  { title: 'TOKENS/S', align: 'right' },
]

/** Titles of columns that a narrow terminal does without, the least important first. */
const dispensable = ['ADDRESS', 'NODE', 'TOKENS/S', 'ENGINE', 'VERSION']

/** A table of models, their roles where there are several, and their replicas; columns that say nothing are left out. */
export function modelTable(status: FleetStatus, paint: Paint, width: number): readonly string[] {
  const rows = groupsOf(status).flatMap((group) => groupRows(group, paint))
  if (rows.length === 0) return []
  const says = (title: string) =>
    rows.some((row) => (row[title] ?? '') !== (title === 'ROLE' ? 'both' : '') && row[title] !== undefined)
  const used = columns.filter(({ title, isOptional }) => isOptional !== true || says(title))
  const cells = rows.map((row) => used.map(({ title }) => row[title] ?? ''))
  return fitColumns(
    used,
    cells,
    dispensable.filter((title) => used.some((column) => column.title === title)),
    width,
  )
}
