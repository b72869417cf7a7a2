import type { FlowGroup, SimulationResult } from '../../simulate/index.ts'
import { fitColumns, type Column } from '../console/index.ts'
import { grouped } from '../size/index.ts'
import { formatMs, formatPercent } from './figures.ts'
import type { Surface } from './surface.ts'

const right = (title: string): Column => ({ title, align: 'right' })

const columns: readonly Column[] = [
  { title: 'POLICY' },
  { title: 'WHO' },
  right('REQUESTS'),
  right('WAITED'),
  right('WAIT P50'),
  right('WAIT P90'),
  right('QUEUE FULL'),
  right('TIMED OUT'),
  right('TTFT P90'),
  right('GOODPUT'),
]

/** What a narrow terminal does without, the least important first. */
const dispensable = ['WAIT P50', 'TTFT P90', 'REQUESTS']

/** Tenants of a policy that are shown; JSON has more. */
const mostTenants = 8

/** What the queue did with each priority, and with each tenant where there are several; nothing where there is no queue. */
export function renderFlow(results: readonly SimulationResult[], { tableColumns }: Surface): readonly string[] {
  const rows = results.flatMap(({ policy, flow }) => {
    if (flow === null) return []
    const priorities = flow.priorities.map((group) => ({ who: `priority ${group.name}`, group }))
    const tenants = flow.tenants.length < 2 ? [] : flow.tenants.slice(0, mostTenants)
    const groups = [...priorities, ...tenants.map((group) => ({ who: `tenant ${group.name}`, group }))]
    return groups.map(({ who, group }, index) => row(index === 0 ? policy : '', who, group))
  })
  return rows.length === 0 ? [] : ['', ...fitColumns(columns, rows, dispensable, tableColumns)]
}

function row(
  policy: string,
  who: string,
  { requests, waited, waitMs, refused, ttftMs, goodput }: FlowGroup,
): readonly string[] {
  return [
    policy,
    who,
    grouped(requests),
    grouped(waited),
    formatMs(waitMs.p50),
    formatMs(waitMs.p90),
    grouped(refused.queue_full),
    grouped(refused.queue_timeout),
    formatMs(ttftMs.p90),
    formatPercent(goodput),
  ]
}
