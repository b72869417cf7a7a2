import type { PodMonitor } from '../../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../../rendering/index.ts'
import type { KubernetesContext, ObjectsOf } from '../../context.ts'
import { keptPodLabels } from './scrape-labels.ts'

/** Twice in the shortest window of a rate that dashboards use. */
const interval = '15s'

/** Pods, and the port of theirs that has metrics. */
export interface ScrapedPods {
  readonly selector: PodMonitor['spec']['selector']
  readonly port: { readonly port: string } | { readonly portNumber: number }
}

/** Pods that Fairlead renders itself, by the labels of Kubernetes and the names of their ports. */
const ownPods = (name: string, port: string, { fleet }: KubernetesContext): ScrapedPods => ({
  selector: { matchLabels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': fleet.name } },
  port: { port },
})

/** What the Prometheus operator scrapes: pods and not Services, so that replicas which do not take requests yet are seen too. */
export const renderMonitors: ObjectsOf = (context) => monitorsOf(context, ownPods('fairlead-engine', 'http', context))

/** Monitors of the gateway, and of engines in pods that somebody else may have made. */
export function monitorsOf(context: KubernetesContext, enginePods: ScrapedPods): ReturnType<ObjectsOf> {
  if (context.settings.monitoring !== 'operator') return {}
  const { gateway, engines, names } = context
  const paths = [...new Set(engines.map(({ metricsPath }) => metricsPath))].sort()
  return {
    objects: [
      ...(gateway === null
        ? []
        : [monitorOf(names.gateway, ownPods('fairlead-gateway', 'admin', context), '/metrics', context)]),
      ...paths.map((path, index) =>
        monitorOf(index === 0 ? names.engines : names.named(`engine-${index + 1}`), enginePods, path, context),
      ),
    ],
  }
}

function monitorOf(
  name: string,
  { selector, port }: ScrapedPods,
  path: string,
  { metadata, settingsPath }: KubernetesContext,
): ObjectArtifact {
  const object: PodMonitor = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: metadata(name, { component: 'monitoring' }),
    spec: {
      selector,
      podTargetLabels: keptPodLabels,
      podMetricsEndpoints: [{ ...port, path, interval }],
    },
  }
  const text = `Needs the Prometheus operator, and one whose podMonitorSelector takes it; ${settingsPath}.monitoring says otherwise.`
  return { kind: 'object', object, comments: [{ path: ['kind'], text }] }
}
