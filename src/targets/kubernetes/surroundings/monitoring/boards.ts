import type { ConfigMap } from '../../../../kubernetes/index.ts'
import { dashboards } from '../../../../observe/index.ts'
import type { ObjectsOf } from '../../context.ts'
import { scrapedLabels } from './scrape-labels.ts'

/** Grafana dashboards, each in a ConfigMap that Grafana’s sidecar finds by its label. */
export const renderDashboards: ObjectsOf = (context) => {
  const { fleet, names, metadata, settings } = context
  if (!fleet.observe.dashboards || settings.monitoring === 'none') return {}
  const engines = [...new Set(fleet.models.map(({ engine }) => engine))]
  return {
    objects: dashboards({ fleet: fleet.name, engines, labels: scrapedLabels(context) }).map((board) => {
      const id = board.uid.split('-').at(-1) ?? board.uid
      const own = metadata(names.named(`dashboard-${id}`), { component: 'monitoring' })
      const object: ConfigMap = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          ...own,
          labels: { ...own.labels, grafana_dashboard: '1' },
          annotations: { ...own.annotations, grafana_folder: 'Fairlead' },
        },
        data: { [`${board.uid}.json`]: `${JSON.stringify(board, null, 1)}\n` },
      }
      const text = 'The sidecar of Grafana’s Helm chart loads what has this label (sidecar.dashboards.label).'
      return { kind: 'object', object, comments: [{ path: ['metadata', 'labels', 'grafana_dashboard'], text }] }
    }),
  }
}
