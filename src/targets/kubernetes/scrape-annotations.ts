import { enginePorts, gatewayPorts, type EngineService } from '../rendering/index.ts'
import type { KubernetesContext } from './context.ts'

/** Annotations of pods by which a Prometheus without an operator finds them; none where one is, or where nobody scrapes. */
export function scrapeAnnotations(
  { settings }: Pick<KubernetesContext, 'settings'>,
  service?: Pick<EngineService, 'metricsPath'>,
): Readonly<Record<string, string>> {
  if (settings.monitoring !== 'annotations') return {}
  return {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': String(service === undefined ? gatewayPorts.admin : enginePorts.http),
    'prometheus.io/path': service?.metricsPath ?? '/metrics',
  }
}

/** The same as a field of metadata, which is left out when it would be empty. */
export function scrapedBy(
  context: Pick<KubernetesContext, 'settings'>,
  service: Pick<EngineService, 'metricsPath'>,
): { readonly annotations?: Readonly<Record<string, string>> } {
  const annotations = scrapeAnnotations(context, service)
  return Object.keys(annotations).length === 0 ? {} : { annotations }
}
