import { collectDefaultMetrics, Registry, type Metric } from 'prom-client'
import { metricTable, type LabelsOf, type MetricName, type MetricNameOf, type MetricRow } from './metric-table.ts'
import { CounterSeries, GaugeSeries, HistogramSeries } from './series.ts'

type Series = CounterSeries | GaugeSeries | HistogramSeries
type Labels = Readonly<Record<string, string>>
/** A line of the exposition, as prom-client's registry wants it. */
interface Sample {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/**
 * The registry. A series is bound once, ahead of its use, and then counted without looking up labels;
 * prom-client only writes the exposition (its own counters hash their labels at every increment).
 */
export interface Metrics {
  /** The series of these labels; the same object every time. */
  counter<Name extends MetricNameOf<'counter'>>(name: Name, labels: LabelsOf<Name>): CounterSeries
  gauge<Name extends MetricNameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>): GaugeSeries
  histogram<Name extends MetricNameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>): HistogramSeries
  /** Forgets a series, such as that of a replica which is gone. */
  remove<Name extends MetricName>(name: Name, labels: LabelsOf<Name>): void
  /** Runs `collector` before each exposition: for values that are read rather than counted. */
  onRender(collector: () => void): void
  /** The exposition in Prometheus text format 0.0.4. */
  render(): Promise<string>
  readonly contentType: string
}

function samplesOf(name: string, labels: Labels, series: Series): Sample[] {
  if (!(series instanceof HistogramSeries)) return [{ metricName: name, labels, value: series.value }]
  const samples: Sample[] = []
  let total = 0
  series.counts.forEach((count, index) => {
    total += count
    samples.push({
      metricName: `${name}_bucket`,
      labels: { ...labels, le: series.bounds[index] ?? '+Inf' },
      value: total,
    })
  })
  samples.push({ metricName: `${name}_sum`, labels, value: series.sum })
  samples.push({ metricName: `${name}_count`, labels, value: total })
  return samples
}

function createSeries(row: MetricRow): Series {
  if (row.kind === 'counter') return new CounterSeries()
  if (row.kind === 'gauge') return new GaugeSeries()
  return new HistogramSeries(row.buckets ?? [])
}

/** Creates the registry of the metric table; `process` adds prom-client's figures of this process. */
export function createMetrics(options: { readonly process?: boolean } = {}): Metrics {
  const registry = new Registry()
  const collectors: (() => void)[] = []
  const tables = new Map<string, Map<string, { labels: Labels; series: Series }>>()

  for (const [name, row] of Object.entries<MetricRow>(metricTable)) {
    const table = new Map<string, { labels: Labels; series: Series }>()
    tables.set(name, table)
    const metric = {
      name,
      get: async () => ({
        name,
        help: row.help,
        type: row.kind,
        values: [...table.values()].flatMap(({ labels, series }) => samplesOf(name, labels, series)),
      }),
    }
    // The registry asks a metric for its name and for get(), and nothing else; its type names four classes.
    registry.registerMetric(metric as unknown as Metric)
  }
  if (options.process === true) collectDefaultMetrics({ register: registry })

  const keyOf = (row: MetricRow, labels: Labels) => row.labels.map((label) => labels[label]).join('\u0000')
  const bind = (name: MetricName, labels: Labels): Series => {
    const row: MetricRow = metricTable[name]
    const table = tables.get(name) ?? new Map()
    const key = keyOf(row, labels)
    const known = table.get(key)
    if (known !== undefined) return known.series
    const series = createSeries(row)
    table.set(key, { labels, series })
    return series
  }

  return {
    counter: (name, labels) => bind(name, labels) as CounterSeries,
    gauge: (name, labels) => bind(name, labels) as GaugeSeries,
    histogram: (name, labels) => bind(name, labels) as HistogramSeries,
    remove: (name, labels) => void tables.get(name)?.delete(keyOf(metricTable[name], labels)),
    onRender: (collector) => void collectors.push(collector),
    async render() {
      for (const collector of collectors) collector()
      return registry.metrics()
    },
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
  }
}
