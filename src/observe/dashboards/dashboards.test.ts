import { describe, expect, it } from 'vitest'
import { exportedNames } from '../testing/exported-names.ts'
import { namesIn } from '../testing/promql-names.ts'
import { dashboards, type GrafanaDashboard } from '../index.ts'
import type { GrafanaPanel } from './grafana-model.ts'

const panelsOf = ({ panels }: GrafanaDashboard): readonly GrafanaPanel[] =>
  panels.filter((panel) => panel.type !== 'row')

const queriesOf = (dashboard: GrafanaDashboard): readonly string[] =>
  panelsOf(dashboard).flatMap(({ targets }) => targets.map(({ expr }) => expr))

describe('dashboards', () => {
  // proves E2 (recording)
  it('ask only for series that the gateway, an engine or a GPU exporter exports', async () => {
    const exported = await exportedNames()
    for (const dashboard of dashboards()) {
      const variables = dashboard.templating.list.map(({ definition }) => definition ?? '').join('\n')
      const asked = [...queriesOf(dashboard), variables].flatMap(namesIn)
      expect(asked.filter((name) => !exported.has(name))).toEqual([])
      expect(asked.length).toBeGreaterThan(3)
    }
  })

  it('leave out engines that the Fleet does not have', () => {
    const names = dashboards({ engines: ['simulated'] })
      .flatMap(queriesOf)
      .flatMap(namesIn)
    expect(names.filter((name) => /^(sglang|llamacpp):/.test(name))).toEqual([])
    expect(names.some((name) => name.startsWith('vllm:'))).toBe(true)
    const external = dashboards({ engines: ['external'] })
      .flatMap(queriesOf)
      .flatMap(namesIn)
    expect(external.some((name) => name.startsWith('sglang:'))).toBe(true)
  })

  it('ask for one Fleet’s series where a Prometheus holds those of several', () => {
    const own = dashboards({ labels: { namespace: 'llm', fleet: 'campus' } }).filter(({ uid }) => !uid.endsWith('gpu'))
    for (const expression of own.flatMap(queriesOf))
      for (const [selector] of expression.matchAll(
        /\b(?:fairlead_|vllm:|sglang:|llamacpp:|nodejs_|process_)\w+(?:\{[^}]*\})?/g,
      ))
        expect(selector).toContain('{namespace="llm", fleet="campus"')
  })

  it('have uids that Grafana takes and that tell Fleets apart', () => {
    const long = 'a-fleet-with-a-name-as-long-as-names-of-fleets-may-be-here'
    const uids = [
      dashboards(),
      dashboards({ fleet: 'campus' }),
      dashboards({ fleet: `${long}-1` }),
      dashboards({ fleet: `${long}-2` }),
    ]
      .flat()
      .map(({ uid }) => uid)
    expect(new Set(uids).size).toBe(uids.length)
    for (const uid of uids) expect(uid).toMatch(/^[a-z0-9-]{8,40}$/)
  })

  it('say of every panel what it shows', () => {
    for (const { title, description } of dashboards().flatMap(panelsOf))
      expect(`${title}: ${description}`).toMatch(/: .{20,}/)
  })

  it('name series by labels that their queries keep', () => {
    const lost = dashboards()
      .flatMap(panelsOf)
      .flatMap(({ title, targets }) => targets.map((target) => ({ title, ...target })))
      .flatMap(({ title, expr, legendFormat }) => {
        const kept = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? []
        const isAggregated = /^\(?(?:sum|max|min|avg|count|histogram_quantile)\b/.test(expr)
        const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
        return labels.filter((label) => isAggregated && !kept.includes(label)).map((label) => `${title}: ${label}`)
      })
    expect(lost).toEqual([])
  })

  it('lay panels out without overlap on a grid 24 wide', () => {
    for (const { panels } of dashboards()) {
      const cells = new Set<string>()
      for (const { gridPos } of panels) {
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
            expect(cells.has(`${x},${y}`)).toBe(false)
            cells.add(`${x},${y}`)
          }
      }
    }
  })
})
