import type { ConfigMap, PrometheusRule } from '../../../../kubernetes/index.ts'
import { alertRules, recordingRules } from '../../../../observe/index.ts'
import { writeYaml } from '../../../rendering/index.ts'
import type { ObjectsOf } from '../../context.ts'
import { scrapedLabels } from './scrape-labels.ts'

/** Our alerts: a PrometheusRule where the operator is, else a rules file in a ConfigMap. */
export const renderRules: ObjectsOf = (context) => {
  const { fleet, names, metadata, settings } = context
  if (!fleet.observe.alerts || settings.monitoring === 'none') return {}
  const engines = [...new Set(fleet.models.map(({ engine }) => engine))]
  const options = { fleet: fleet.name, engines, labels: scrapedLabels(context) }
  const groups = [...recordingRules(options), ...alertRules(options)]
  const meta = metadata(names.named('alerts'), { component: 'monitoring' })
  if (settings.monitoring === 'operator') {
    const object: PrometheusRule = {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: meta,
      spec: { groups },
    }
    const text = 'Each alert has a runbook; promtool has every one fire and stay silent in Fairlead’s own tests.'
    return { objects: [{ kind: 'object', object, comments: [{ path: ['spec', 'groups'], text }] }] }
  }
  const object: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: meta,
    data: { 'alerts.yaml': writeYaml({ groups }) },
  }
  const text = 'A rules file: mount it into Prometheus, and name it under `rule_files`.'
  return { objects: [{ kind: 'object', object, comments: [{ path: ['data', 'alerts.yaml'], text }] }] }
}
