/**
 * The part of Grafana's dashboard model that is written here (grafana-foundation-sdk, kind `dashboard`; schema version
 * 39, that of Grafana 11.0, which later versions migrate on load).
 */
export interface GrafanaDashboard {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  readonly schemaVersion: number
  readonly editable: boolean
  readonly graphTooltip: 0 | 1 | 2
  readonly refresh: string
  readonly time: { readonly from: string; readonly to: string }
  readonly timezone: string
  readonly templating: { readonly list: readonly GrafanaVariable[] }
  readonly annotations: { readonly list: readonly object[] }
  readonly links: readonly object[]
  readonly panels: readonly (GrafanaPanel | GrafanaRow)[]
}

/** A drop-down. */
export interface GrafanaVariable {
  readonly name: string
  readonly label: string
  readonly type: 'datasource' | 'query'
  readonly [field: string]: unknown
}

/** Place on a grid that is 24 wide; `h` counts 30 pixels each. */
export interface GrafanaPlace {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export interface GrafanaTarget {
  readonly refId: string
  readonly expr: string
  readonly legendFormat: string
  readonly datasource: GrafanaSource
  readonly range: boolean
  readonly instant: boolean
  readonly editorMode: 'code'
}

export interface GrafanaSource {
  readonly type: 'prometheus'
  readonly uid: string
}

export interface GrafanaPanel {
  readonly id: number
  readonly type: 'timeseries' | 'stat'
  readonly title: string
  readonly description: string
  readonly gridPos: GrafanaPlace
  readonly datasource: GrafanaSource
  readonly targets: readonly GrafanaTarget[]
  readonly fieldConfig: { readonly defaults: object; readonly overrides: readonly object[] }
  readonly options: object
}

export interface GrafanaRow {
  readonly id: number
  readonly type: 'row'
  readonly title: string
  readonly collapsed: false
  readonly gridPos: GrafanaPlace
  readonly panels: readonly []
}
