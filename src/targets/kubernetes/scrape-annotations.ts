import { gatewayPorts, httpPortOf, type EngineService } from '../rendering/index.ts'
import type { Fleet } from '../../fleet/index.ts'

/** Annotations of pods by which a Prometheus without an operator finds them; none where one is, or where nobody scrapes. */
export function scrapeAnnotations(
  { monitoring }: Pick<Fleet['targets']['kubernetes'], 'monitoring'>,
  service?: Pick<EngineService, 'metricsPath' | 'ports'>,
): Readonly<Record<string, string>> {
  if (monitoring !== 'annotations') return {}
  return {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': String(service === undefined ? gatewayPorts.admin : httpPortOf(service)),
    'prometheus.io/path': service?.metricsPath ?? '/metrics',
  }
}
