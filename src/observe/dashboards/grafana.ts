import { select } from '../queries/index.ts'
import type { Board, Panel, Variable } from './contract.ts'
import type { GrafanaDashboard, GrafanaPanel, GrafanaPlace, GrafanaRow, GrafanaVariable } from './grafana-model.ts'
import { layOut } from './layout.ts'

/** The Prometheus that is chosen at the top of the dashboard. */
const datasource = { type: 'prometheus', uid: '${datasource}' } as const

/** What is drawn in red where the person on call should look; names of colours suit the light and the dark theme. */
function thresholds({ badFrom, badBelow }: Panel): object {
  if (badFrom !== undefined) return steps('green', badFrom, 'red')
  if (badBelow !== undefined) return steps('red', badBelow, 'green')
  return { mode: 'absolute', steps: [{ color: 'text', value: null }] }
}

const steps = (below: string, value: number, from: string): object => ({
  mode: 'absolute',
  steps: [
    { color: below, value: null },
    { color: from, value },
  ],
})

function toCurves(panel: Panel): Pick<GrafanaPanel, 'type' | 'fieldConfig' | 'options'> {
  const isStacked = panel.stacked === true
  return {
    type: 'timeseries',
    fieldConfig: {
      defaults: {
        unit: panel.unit,
        min: 0,
        ...(panel.top === undefined ? {} : { max: panel.top }),
        color: { mode: 'palette-classic' },
        custom: {
          drawStyle: 'line',
          lineWidth: 1,
          fillOpacity: isStacked ? 30 : 8,
          showPoints: 'auto',
          spanNulls: false,
          stacking: { mode: isStacked ? 'normal' : 'none', group: 'A' },
        },
      },
      overrides: [],
    },
    options: {
      legend: { showLegend: true, displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  }
}

function toNumber(panel: Panel): Pick<GrafanaPanel, 'type' | 'fieldConfig' | 'options'> {
  return {
    type: 'stat',
    fieldConfig: {
      defaults: { unit: panel.unit, color: { mode: 'thresholds' }, thresholds: thresholds(panel), noValue: '–' },
      overrides: [],
    },
    options: {
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      colorMode: 'value',
      graphMode: 'area',
      justifyMode: 'auto',
      orientation: 'auto',
      textMode: 'auto',
    },
  }
}

function toPanel(panel: Panel, id: number, gridPos: GrafanaPlace): GrafanaPanel {
  return {
    id,
    title: panel.title,
    description: panel.description,
    gridPos,
    datasource,
    targets: panel.queries.map(({ expression, legend }, index) => ({
      refId: String.fromCodePoint(65 + index),
      expr: expression,
      legendFormat: legend,
      datasource,
      range: true,
      instant: false,
      editorMode: 'code',
    })),
    ...(panel.kind === 'number' ? toNumber(panel) : toCurves(panel)),
  }
}

const toRow = (title: string, id: number, gridPos: GrafanaPlace): GrafanaRow => ({
  id,
  type: 'row',
  title,
  collapsed: false,
  gridPos,
  panels: [],
})

const everything = { selected: true, text: ['All'], value: ['$__all'] }

function toVariable({ name, label, query }: Variable): GrafanaVariable {
  return {
    name,
    label,
    type: 'query',
    datasource,
    definition: query,
    query: { qryType: 1, query, refId: `variable-${name}` },
    // When the time range changes: replicas come and go.
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    // Also series that lack the label, such as llama.cpp's, which name no model.
    allValue: '.*',
    current: everything,
    options: [],
  }
}

const datasourceVariable: GrafanaVariable = {
  name: 'datasource',
  label: 'Prometheus',
  type: 'datasource',
  query: 'prometheus',
  options: [],
}

/** Firing alerts, as bands over the curves. */
const firing = (conditions: readonly string[]): object => ({
  name: 'Alerts',
  datasource,
  enable: true,
  iconColor: 'red',
  expr: select('ALERTS', conditions),
  titleFormat: '{{alertname}}',
  textFormat: '{{model}} {{replica}} {{instance}}',
})

/** Lays a board out as Grafana's JSON. */
export function toGrafana(
  board: Board,
  names: {
    readonly uid: string
    readonly title: string
    readonly tags: readonly string[]
    readonly alerts: readonly string[]
  },
): GrafanaDashboard {
  const panels = layOut(board.sections).map((placed, index) =>
    'panel' in placed ? toPanel(placed.panel, index + 1, placed.place) : toRow(placed.title, index + 1, placed.place),
  )
  return {
    uid: names.uid,
    title: names.title,
    description: board.description,
    tags: names.tags,
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    templating: { list: [datasourceVariable, ...board.variables.map(toVariable)] },
    annotations: { list: [firing(names.alerts)] },
    links: [
      {
        title: 'Fairlead',
        type: 'dashboards',
        icon: 'dashboard',
        tooltip: 'The other dashboards of this Fleet',
        tags: names.tags,
        asDropdown: true,
        targetBlank: false,
        includeVars: true,
        keepTime: true,
      },
    ],
    panels,
  }
}
