import { describe, expect, it } from 'vitest'
import { actors } from './activity/actors.ts'
import { fleetReference } from './index.ts'
import { schemaNodeAt } from './schema-node.ts'

const fields = fleetReference()
const paths = fields.map(({ path }) => path)

const targets = (path: string) => fields.find((field) => field.path === path)?.targets.join(' ')

describe('fleetReference', () => {
  it('describes every field, so that no page has a hole', () => {
    expect(fields.filter(({ description }) => !/^[A-ZÀ-Þ].*\.$/.test(description)).map(({ path }) => path)).toEqual([])
    expect(fields.filter(({ type }) => /undefined|something/.test(type))).toEqual([])
  })

  it('has every section that later parts fill in', () => {
    const sections = paths.filter((path) => !path.includes('.'))
    expect(sections).toEqual([
      'version',
      'name',
      'models',
      'gateway',
      'access',
      'limits',
      'routing',
      'flow',
      'cache',
      'guard',
      'transform',
      'jobs',
      'experiments',
      'autoscale',
      'observe',
      'storage',
      'prices',
      'targets',
    ])
  })

  it('tells where a field has an effect', () => {
    const all = 'local compose kubernetes kserve llmd'
    expect(targets('models[].replicas')).toBe(all)
    expect(targets('models[].context')).toBe(all)
    expect(targets('gateway.deadlines.ttft')).toBe(all)
    expect(targets('gateway')).toBe(all)
    expect(targets('models[].placement.nodeSelector')).toBe('kubernetes kserve llmd')
    expect(targets('models[].rollout')).toBe('kubernetes kserve llmd')
    expect(targets('models[].lifecycle.load')).toBe('')
    expect(targets('gateway.trustedProxies')).toBe('')
  })

  it('knows every field that is called active', () => {
    const unknown = actors
      .flatMap(({ fields }) => fields)
      .filter((field) => {
        const steps = field.replace(/\.\*$/, '').replaceAll('[]', '.0').split('.')
        return schemaNodeAt(steps.map((step) => (step === '0' ? 0 : step))) === undefined
      })
    expect(unknown).toEqual([])
  })

  it('shows defaults as they are written', () => {
    expect(fields.find(({ path }) => path === 'gateway.bodyLimit')?.default).toBe('32Mi')
    expect(fields.find(({ path }) => path === 'models[].simulated.ttft')?.default).toBe('50ms')
  })
})
