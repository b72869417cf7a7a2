import { factsFor, type MetricFact } from '../../engines/index.ts'
import { metricTable, type MetricRow } from '../metric-table.ts'
import { createMetrics } from '../metrics.ts'
import { gpuMetrics } from '../queries/gpu-metrics.ts'

/** Names on the wire of a family. */
function seriesOf(name: string, kind: MetricFact['kind']): readonly string[] {
  if (kind === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`]
  return kind === 'summary' ? [name, `${name}_sum`, `${name}_count`] : [name]
}

/** Families that prom-client adds for the process, read from a real exposition. */
async function processSeries(): Promise<readonly string[]> {
  const text = await createMetrics({ process: true }).render()
  return [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)]
    .filter(([, name = '']) => !Object.hasOwn(metricTable, name))
    .flatMap(([, name = '', kind = '']) => seriesOf(name, kind as MetricFact['kind']))
}

/** Every series that something exports which a Fleet may have: the only names a query may ask for. */
export async function exportedNames(): Promise<ReadonlySet<string>> {
  const gateway = Object.entries<MetricRow>(metricTable).flatMap(([name, { kind }]) => seriesOf(name, kind))
  const engines = (['vllm', 'sglang', 'llamacpp'] as const).flatMap((engine) => factsFor(engine).metrics)
  return new Set([
    ...gateway,
    ...(await processSeries()),
    ...[...engines, ...gpuMetrics].flatMap(({ name, kind }) => seriesOf(name, kind)),
    // Prometheus's own.
    'ALERTS',
  ])
}
