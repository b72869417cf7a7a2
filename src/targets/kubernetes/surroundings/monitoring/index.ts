/** How Prometheus finds a Fleet’s metrics, and what is made of them: alerts, dashboards. */
export { renderDashboards } from './boards.ts'
export { monitorsOf, renderMonitors } from './monitors.ts'
export { renderRules } from './rules.ts'
