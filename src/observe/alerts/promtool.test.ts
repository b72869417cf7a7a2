import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alertRules, recordingRules, type AlertingRule, type AlertOptions } from '../index.ts'
import { isInstalled, prometheusMissing } from '../testing/installed.ts'
import type { AlertCase, Series } from './testing/alert-cases.ts'
import { modelCases } from './testing/model-cases.ts'
import { gatewayCases, gpuCases, replicaCases } from './testing/process-cases.ts'

const fleet = 'campus'
const runbooks = 'https://example.org/runbooks'
const cases = [...modelCases, ...replicaCases, ...gatewayCases, ...gpuCases]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-promtool-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const groupsOf = (options: AlertOptions) => [...recordingRules(options), ...alertRules(options)]

const severityOf = (name: string): string =>
  alertRules()
    .flatMap(({ rules }) => rules.filter((rule): rule is AlertingRule => 'alert' in rule))
    .find(({ alert }) => alert === name)?.labels['severity'] ?? ''

/** One test of promtool's: what fires at that minute, with all that it says. */
function promtoolTest({ alert, at }: AlertCase, when: string, series: Series, expected: readonly object[]): object {
  return {
    name: `${alert}: ${when}`,
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: `${at}m`, alertname: alert, exp_alerts: expected }],
  }
}

const testsOf = (of: AlertCase): readonly object[] => [
  ...of.fires.map(({ when, series, labels, says: [summary, description] }) =>
    promtoolTest(of, when, series, [
      {
        exp_labels: { severity: severityOf(of.alert), fleet, ...labels },
        exp_annotations: { summary, description, runbook_url: `${runbooks}#${of.alert.toLowerCase()}` },
      },
    ]),
  ),
  ...of.silent.map(({ when, series }) => promtoolTest(of, when, series, [])),
]

function promtool(...args: readonly string[]): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', cwd: folder })
  return { code: status, said: `${stdout}${stderr}` }
}

describe('promtool', () => {
  // proves E3 (real part)
  it(
    'has every alert fire when it should, say what it should, and stay silent else',
    { timeout: 120_000 },
    ({ skip }) => {
      if (!isInstalled('promtool')) skip(prometheusMissing)
      writeFileSync(join(folder, 'rules.json'), JSON.stringify({ groups: groupsOf({ fleet, runbooks }) }))
      const tests = { rule_files: ['rules.json'], evaluation_interval: '1m', tests: cases.flatMap(testsOf) }
      writeFileSync(join(folder, 'tests.json'), JSON.stringify(tests))
      const { code, said } = promtool('test', 'rules', 'tests.json')
      expect(said).toContain('SUCCESS')
      expect(code).toBe(0)
    },
  )

  it('is told of every alert when it fires and when it does not', () => {
    const names = alertRules().flatMap(({ rules }) => rules.flatMap((rule) => ('alert' in rule ? [rule.alert] : [])))
    expect(cases.map(({ alert }) => alert).toSorted()).toEqual(names.toSorted())
    expect(cases.filter(({ fires, silent }) => fires.length === 0 || silent.length === 0)).toEqual([])
  })

  // proves E3 (real part)
  it('finds nothing wrong with the rules, of any Fleet', { timeout: 60_000 }, ({ skip }) => {
    if (!isInstalled('promtool')) skip(prometheusMissing)
    const options: readonly AlertOptions[] = [
      {},
      { fleet, engines: ['llamacpp'], gpus: false, labels: { namespace: 'llm', team: 'a"b\\c' } },
      {
        fleet,
        engines: ['vllm', 'sglang'],
        models: { 'big.1': { ttftSeconds: 9 }, 'Qwen/Q(3)': { availability: 0.9 } },
      },
    ]
    options.forEach((each, index) =>
      writeFileSync(join(folder, `fleet-${index}.json`), JSON.stringify({ groups: groupsOf(each) })),
    )
    const { code, said } = promtool('check', 'rules', ...options.map((_, index) => `fleet-${index}.json`))
    expect(said).not.toMatch(/FAILED|lint|duplicate/i)
    expect(code).toBe(0)
  })
})
