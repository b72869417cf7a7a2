import type { PodMonitor } from '../../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../../rendering/index.ts'
import type { KubernetesContext, ObjectsOf } from '../../context.ts'
import { keptPodLabels } from './scrape-labels.ts'

/** Twice in the shortest window of a rate that dashboards use. */
const interval = '15s'

/** What the Prometheus operator scrapes: pods and not Services, so that replicas which do not take requests yet are seen too. */
export const renderMonitors: ObjectsOf = (context) => {
  if (context.settings.monitoring !== 'operator') return {}
  const { gateway, engines, names } = context
  const paths = [...new Set(engines.map(({ metricsPath }) => metricsPath))].sort()
  return {
    objects: [
      ...(gateway === null
        ? []
        : [monitorOf(names.gateway, { 'app.kubernetes.io/name': 'fairlead-gateway' }, 'admin', '/metrics', context)]),
      ...paths.map((path, index) =>
        monitorOf(
          index === 0 ? names.engines : names.named(`engine-${index + 1}`),
          { 'app.kubernetes.io/name': 'fairlead-engine' },
          'http',
          path,
          context,
        ),
      ),
    ],
  }
}

function monitorOf(
  name: string,
  labels: Readonly<Record<string, string>>,
  port: string,
  path: string,
  { fleet, metadata, settingsPath }: KubernetesContext,
): ObjectArtifact {
  const object: PodMonitor = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: metadata(name, { component: 'monitoring' }),
    spec: {
      selector: { matchLabels: { ...labels, 'app.kubernetes.io/instance': fleet.name } },
      podTargetLabels: keptPodLabels,
      podMetricsEndpoints: [{ port, path, interval }],
    },
  }
  const text = `Needs the Prometheus operator, and one whose podMonitorSelector takes it; ${settingsPath}.monitoring says otherwise.`
  return { kind: 'object', object, comments: [{ path: ['kind'], text }] }
}
