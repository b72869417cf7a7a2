import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { alertRules, defaultSlo, recordingRules, type AlertingRule } from '../index.ts'
import { exportedNames } from '../testing/exported-names.ts'
import { namesIn } from '../testing/promql-names.ts'

const alertsOf = (...options: Parameters<typeof alertRules>): readonly AlertingRule[] =>
  alertRules(...options).flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule))

const expressionOf = (alerts: readonly AlertingRule[], name: string): string =>
  alerts.find(({ alert }) => alert === name)?.expr ?? ''

describe('alerts', () => {
  // proves E3 (recording)
  it('ask only for series that something exports or a recording rule makes', async () => {
    const exported = await exportedNames()
    const records = recordingRules().flatMap(({ rules }) => rules)
    const recorded = records.map((rule) => ('record' in rule ? rule.record : ''))
    const asked = [...records, ...alertsOf()].flatMap(({ expr }) => namesIn(expr))
    expect(asked.filter((name) => !exported.has(name) && !recorded.includes(name))).toEqual([])
    expect(recorded.every((name) => asked.includes(name))).toBe(true)
  })

  it('lead to a runbook, each to its own', () => {
    const page = readFileSync(new URL('../../../docs/runbooks.md', import.meta.url), 'utf8')
    const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading)
    const alerts = alertsOf()
    expect(headings.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted())
    const anchors = alerts.map(({ annotations }) => annotations.runbook_url.split('#')[1])
    expect(anchors).toEqual(alerts.map(({ alert }) => alert.toLowerCase()))
    for (const [, anchor = ''] of page.matchAll(/\(#([^)]*)\)/g)) expect(anchors).toContain(anchor)
  })

  it('carry the Fleet’s name, so that they reach those who run it', () => {
    for (const { labels } of alertsOf({ fleet: 'campus' })) expect(labels).toMatchObject({ fleet: 'campus' })
    expect(recordingRules({ fleet: 'campus' })[0]?.rules[0]?.labels).toEqual({ fleet: 'campus' })
    expect(expressionOf(alertsOf({ fleet: 'campus' }), 'FairleadErrorBudgetBurnsFast')).toContain('{fleet="campus"}')
  })

  it('hold each model to its own promise', () => {
    const alerts = alertsOf({ slo: { ttftSeconds: 3 }, models: { 'big.1': { ttftSeconds: 9, availability: 0.9 } } })
    const ttft = expressionOf(alerts, 'FairleadTtftOverSlo')
    expect(ttft).toMatch(/model!~"big\\\\\.1"\}.* > 3 and .*model="big\.1"\}.* > 9 and /)
    expect(expressionOf(alerts, 'FairleadErrorBudgetBurns')).toMatch(/> 0\.03 and .*model="big\.1"\} > 0\.6 and/)
    expect(expressionOf(alerts, 'FairleadTpotOverSlo')).toContain(`> ${defaultSlo.tpotSeconds} `)
  })

  it('leave out what the engines of a Fleet do not tell, and GPUs where others watch them', () => {
    const names = alertsOf({ engines: ['llamacpp'], gpus: false }).map(({ alert }) => alert)
    expect(names).not.toContain('FairleadTpotOverSlo')
    expect(names).not.toContain('FairleadKvCacheFull')
    expect(names).toContain('FairleadEngineRestarts')
    expect(names.filter((name) => name.startsWith('FairleadGpu'))).toEqual([])
  })
})
