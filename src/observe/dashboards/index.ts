/**
 * Grafana dashboards as code: each board is data (panels with title, unit, description and queries), laid out as Grafana's JSON.
 */
export { dashboards, type DashboardOptions } from './dashboards.ts'
export type { GrafanaDashboard } from './grafana-model.ts'
