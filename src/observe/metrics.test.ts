import { describe, expect, it } from 'vitest'
import { metricTable, type MetricRow } from './metric-table.ts'
import { createMetrics } from './metrics.ts'

const allowedLabels = ['model', 'role', 'replica', 'code', 'reason', 'policy', 'variant', 'tenant']

describe('the metric table', () => {
  const rows = Object.entries<MetricRow>(metricTable)

  it('keeps to the naming rules that dashboards rely on', () => {
    for (const [, row] of rows) expect(row.help).toMatch(/\.$/)
    for (const [name, row] of rows) expect([name, row.kind === 'counter']).toEqual([name, name.endsWith('_total')])
    for (const [name] of rows.filter(([, row]) => row.kind === 'histogram'))
      expect(name).toMatch(/_(seconds|bytes|blocks)$/)
    const gatewayLabels = rows.filter(([name]) => name.startsWith('fairlead_gateway_')).flatMap(([, row]) => row.labels)
    expect(allowedLabels).toEqual(expect.arrayContaining(gatewayLabels))
  })

  it('has ascending bounds, which the search for a bucket needs', () => {
    for (const [, { buckets = [] }] of rows) expect([...buckets]).toEqual(buckets.toSorted((a, b) => a - b))
  })
})

describe('metrics', () => {
  it('writes counters, gauges and cumulative histograms that Prometheus can read', async () => {
    const metrics = createMetrics()
    metrics.counter('fairlead_gateway_requests_total', { model: 'm"1', code: '200', reason: '' }).add(2)
    metrics.gauge('fairlead_gateway_replica_ready', { model: 'm', replica: 'm-0' }).set(1)
    const histogram = metrics.histogram('fairlead_gateway_ttft_seconds', { model: 'm' })
    for (const seconds of [0.001, 0.0011, 3, 1000]) histogram.observe(seconds)
    const text = await metrics.render()
    expect(text).toContain('# TYPE fairlead_gateway_requests_total counter')
    expect(text).toContain('fairlead_gateway_requests_total{model="m\\"1",code="200",reason=""} 2')
    expect(text).toContain('fairlead_gateway_replica_ready{model="m",replica="m-0"} 1')
    expect(text).toContain('fairlead_gateway_ttft_seconds_bucket{model="m",le="0.001"} 1')
    expect(text).toContain('fairlead_gateway_ttft_seconds_bucket{model="m",le="0.005"} 2')
    expect(text).toContain('fairlead_gateway_ttft_seconds_bucket{model="m",le="640"} 3')
    expect(text).toContain('fairlead_gateway_ttft_seconds_bucket{model="m",le="+Inf"} 4')
    expect(text).toContain('fairlead_gateway_ttft_seconds_count{model="m"} 4')
  })

  it('binds equal labels to one series, and forgets a removed one', async () => {
    const metrics = createMetrics()
    const labels = { model: 'm', replica: 'm-0' }
    const series = metrics.gauge('fairlead_gateway_replica_ready', labels)
    expect(metrics.gauge('fairlead_gateway_replica_ready', { ...labels })).toBe(series)
    metrics.remove('fairlead_gateway_replica_ready', labels)
    expect(await metrics.render()).not.toContain('replica="m-0"')
  })

  it('asks collectors before each exposition', async () => {
    const metrics = createMetrics()
    metrics.onRender(() => metrics.gauge('fairlead_gateway_draining', {}).set(1))
    expect(await metrics.render()).toMatch(/^fairlead_gateway_draining 1$/m)
  })
})
