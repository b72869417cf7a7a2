import { describe, expect, it } from 'vitest'
import { roundOf, someMachine } from '../testing/rounds.ts'
import { judgeBars } from './bars.ts'
import { foreignShare, summarise } from './summarise.ts'

const run = { mode: 'full' as const, machine: someMachine, versions: {} }
const costing = (target: string, microseconds: number) =>
  roundOf(target, { requests: 1000, gatewayCpuSeconds: microseconds / 1000 })
const latency = (target: string, p50: number) => roundOf(target, { latencyUs: { count: 9, p50, p99: 2 * p50, max: 0 } })

describe('summarise', () => {
  const unary = {
    name: 'unary_c64',
    title: 'unary',
    unit: 'request' as const,
    rounds: [
      costing('nginx', 20),
      costing('bare Node', 40),
      costing('Fairlead', 50),
      costing('nginx', 40),
      costing('bare Node', 80),
      costing('Fairlead', 90),
    ],
  }

  it('takes ratios within a round, so that a machine that slows down does not make the gateway look slower', () => {
    const row = summarise({ ...run, measured: [unary] }).rows.find(({ key }) => key === 'unary_c64.cpu')
    expect(row?.values['Fairlead']).toEqual({ median: 70, low: 50, high: 90 })
    expect(row?.ratios['nginx']).toEqual({ median: 2.375, low: 2.25, high: 2.5 })
    expect(row?.ratios['bare Node']?.high).toBeCloseTo(1.25)
  })

  it('leaves out targets that are not on the machine, in place of making ratios up', () => {
    const rounds = unary.rounds.filter(({ target }) => target !== 'nginx')
    const row = summarise({ ...run, measured: [{ ...unary, rounds }] }).rows[0]
    expect(Object.keys(row?.ratios ?? {})).toEqual(['bare Node'])
    expect(summarise({ ...run, measured: [unary] }).rows.some(({ key }) => key.endsWith('instructions'))).toBe(false)
  })

  it('takes off what the engine itself takes', () => {
    const rounds = [latency('direct', 50), latency('Fairlead', 130)]
    const { rows } = summarise({ ...run, measured: [{ ...unary, name: 'unary_c1', rounds }] })
    expect(rows.map(({ key, values }) => [key, values['Fairlead']?.median])).toEqual([
      ['unary_c1.latency.p50', 80],
      ['unary_c1.latency.p99', 160],
    ])
  })

  it('tells of every error and lost event, whoever had it', () => {
    const broken = roundOf('Fairlead', { errors: 2, lost: 3, errorKinds: { reset: 2 } })
    const { faults } = summarise({ ...run, measured: [{ ...unary, rounds: [...unary.rounds, broken] }] })
    expect(faults).toEqual([
      'Fairlead, unary: 2 errors, 3 events lost, 0 requests not finished (reset: 2, other work took 0 % of its core)',
    ])
  })

  it('calls a run disturbed by its worst scenario, not by those that nothing can disturb', () => {
    const quiet = { ...unary, name: 'unary_c1' }
    const rounds = unary.rounds.map((round) => Object.assign({}, round, { foreignGatewayShare: 0.9 }))
    expect(foreignShare({ measured: [quiet, quiet, { ...unary, rounds }] })).toBe(0.9)
    expect(foreignShare({ measured: [quiet] })).toBe(0)
  })

  it('judges bars by the median and does not judge what was not measured', () => {
    const bars = judgeBars(summarise({ ...run, measured: [unary] }))
    expect(bars.map(({ title, isHeld }) => [title, isHeld])).toEqual([
      ['unary, 1.2 kB: CPU × bare Node', true],
      ['unary, 1.2 kB: CPU × nginx', false],
    ])
  })
})
