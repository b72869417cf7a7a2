import { createHash } from 'node:crypto'
import type { EngineName } from '../../fleet/index.ts'
import { allEngineMetricNames, conditionsOf, metricNamesOf, quoted, type ScrapeLabels } from '../queries/index.ts'
import type { Board, BoardScope, Section } from './contract.ts'
import { gatewayBoard } from './gateway.ts'
import { gpuBoard } from './gpu.ts'
import type { GrafanaDashboard } from './grafana-model.ts'
import { toGrafana } from './grafana.ts'
import { modelBoard } from './model.ts'
import { overviewBoard } from './overview.ts'
import { replicaBoard } from './replica.ts'

/** What dashboards are made for. */
export interface DashboardOptions {
  /** Name of the Fleet, in titles, tags and uids; absent for dashboards that fit any. */
  readonly fleet?: string
  /** The engines of its models; all of them when absent. Queries for others are left out. */
  readonly engines?: readonly EngineName[]
  /**
   * Labels that its series have got at the scrape, such as `{ namespace: 'llm' }`: what else a shared Prometheus knows
   * stays out. None when absent. GPUs are not narrowed by them, since a GPU exporter is not part of a Fleet.
   */
  readonly labels?: ScrapeLabels
}

/** Every board, in the order of the menu. */
const boards: readonly ((scope: BoardScope) => Board)[] = [
  overviewBoard,
  modelBoard,
  replicaBoard,
  gpuBoard,
  gatewayBoard,
]

/** Grafana takes no uid longer than 40. */
const maxUid = 40

function uidOf(fleet: string | undefined, id: string): string {
  const uid = fleet === undefined ? `fairlead-${id}` : `fairlead-${fleet}-${id}`
  if (uid.length <= maxUid || fleet === undefined) return uid
  const digest = createHash('sha256').update(fleet).digest('hex').slice(0, 6)
  const room = maxUid - `fairlead--${digest}-${id}`.length
  return `fairlead-${fleet.slice(0, room)}-${digest}-${id}`
}

/** Without panels that none of the Fleet's engines has figures for. */
function answerable(sections: readonly Section[]): readonly Section[] {
  return sections
    .map(({ title, panels }) => ({ title, panels: panels.filter(({ queries }) => queries.length > 0) }))
    .filter(({ panels }) => panels.length > 0)
}

/** The dashboards of a Fleet as Grafana's JSON, each with a `uid` of its own: a file or a ConfigMap key each. */
export function dashboards({ fleet, engines, labels = {} }: DashboardOptions = {}): readonly GrafanaDashboard[] {
  const scope: BoardScope = {
    only: conditionsOf(labels),
    engines: engines === undefined ? allEngineMetricNames : metricNamesOf(engines),
    alerts: ['alertstate="firing"', fleet === undefined ? 'alertname=~"Fairlead.*"' : `fleet=${quoted(fleet)}`],
  }
  const tags = fleet === undefined ? ['fairlead'] : ['fairlead', fleet]
  return boards.map((make) => {
    const board = make(scope)
    const sections = answerable(board.sections)
    const title = `Fairlead / ${fleet === undefined ? '' : `${fleet} / `}${board.title}`
    return toGrafana({ ...board, sections }, { uid: uidOf(fleet, board.id), title, tags, alerts: scope.alerts })
  })
}
