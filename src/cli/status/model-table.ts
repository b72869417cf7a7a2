import type { FleetStatus, ModelLoad, PoolStatus, ReplicaStatus } from '../../operate/index.ts'
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

const shownShare = (value: number | undefined) => (value === undefined ? '-' : `${Math.round(value * 100)}%`)

/** With two digits that count, which is as much as a histogram knows. */
function shownSeconds(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '-'
  if (seconds < 0.9995) return `${Number((seconds * 1000).toPrecision(2))} ms`
  return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`
}

/** The replicas of a model, or of one role of it, and what is wanted where the target knows. */
interface Group {
  readonly model: string
  readonly role: string
  readonly replicas: readonly ReplicaStatus[]
  readonly pool: PoolStatus | undefined
  /** What gateways say of the model; undefined where they say nothing, and beside the first of several roles. */
  readonly load: ModelLoad | undefined
}

/** Roles count where there are any beside `both`. */
const roleOf = ({ role = 'both' }: { readonly role?: string }) => role

function groupsOf({ replicas, pools = [], load }: FleetStatus): readonly Group[] {
  const keys = new Map<string, Pick<Group, 'model' | 'role'>>()
  for (const each of [...pools, ...replicas]) {
    keys.set(`${each.model} ${roleOf(each)}`, { model: each.model, role: roleOf(each) })
  }
  const byKey = Map.groupBy(replicas, (replica) => `${replica.model} ${roleOf(replica)}`)
  const loads = new Map(load?.models.map((each) => [each.model, each]))
  return [...keys].map(([key, { model, role }]) => {
    const modelLoad = loads.get(model)
    loads.delete(model)
    const pool = pools.find((each) => each.model === model && each.role === role)
    return { model, role, replicas: byKey.get(key) ?? [], pool, load: modelLoad }
  })
}

/** Requests that wait in gateways and in engines; undefined where nobody tells. */
function queueOf({ replicas, load }: Group): number | undefined {
  const inside = sum(replicas.map(({ waiting }) => waiting ?? null))
  return load === undefined && inside === undefined ? undefined : (load?.queued ?? 0) + (inside ?? 0)
}

function kvCacheUseOf(replicas: readonly ReplicaStatus[]): number | undefined {
  const uses = replicas.flatMap(({ kvCacheUse }) => kvCacheUse ?? [])
  return uses.length === 0 ? undefined : uses.reduce((total, use) => total + use, 0) / uses.length
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
    QUEUE: shown(queueOf(group), 0),
    KV: shownShare(kvCacheUseOf(replicas)),
    TTFT: shownSeconds(group.load?.ttftSeconds),
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
      QUEUE: shown(replica.waiting, 0),
      KV: shownShare(replica.kvCacheUse),
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
  { title: 'QUEUE', align: 'right' },
  { title: 'KV', align: 'right' },
  { title: 'TTFT', align: 'right' },
  { title: 'TOKENS/S', align: 'right' },
]

/** Titles of columns that a narrow terminal does without, the least important first. */
const dispensable = ['ADDRESS', 'NODE', 'ENGINE', 'VERSION', 'TOKENS/S', 'TTFT', 'KV', 'QUEUE']

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
