import { describe, expect, it } from 'vitest'
import { dashboards } from '../index.ts'
import { grafanaTypes } from './testing/grafana-schema.ts'

/** What Grafana's model says against a value. */
const complaints = (type: keyof typeof grafanaTypes, value: unknown): readonly string[] =>
  grafanaTypes[type].safeParse(value).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

describe('Grafana’s own model', () => {
  // proves E2 (recording)
  it('knows every field of a dashboard and takes its value', () => {
    for (const dashboard of [...dashboards(), ...dashboards({ fleet: 'campus' })]) {
      // Grafana's source leaves a variable's query open and Grafana writes it so; its JSON Schema asks for maps in it.
      const list = dashboard.templating.list.map(({ query, ...variable }) => {
        expect(['string', 'object']).toContain(typeof query)
        return variable
      })
      expect(complaints('dashboard', { ...dashboard, templating: { list } })).toEqual([])
    }
  })

  it('knows every option of curves and numbers, and every field of a query', () => {
    for (const panel of dashboards().flatMap(({ panels }) => panels)) {
      if (panel.type === 'row') continue
      const { options, fieldConfig, targets } = panel
      const found =
        panel.type === 'stat'
          ? complaints('statOptions', options)
          : [
              ...complaints('timeseriesOptions', options),
              ...complaints('timeseriesField', (fieldConfig.defaults as { custom: unknown }).custom),
            ]
      expect([...found, ...targets.flatMap((target) => complaints('prometheusQuery', target))]).toEqual([])
    }
  })

  it('refuses what it does not know, so that this test means something', () => {
    const [dashboard] = dashboards()
    expect(complaints('dashboard', { ...dashboard, rows: [] })).not.toEqual([])
    expect(complaints('timeseriesField', { drawStyle: 'lines' })).not.toEqual([])
    expect(complaints('prometheusQuery', { refId: 'A', expr: 'up', step: 1 })).not.toEqual([])
  })
})
