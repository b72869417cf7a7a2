import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { fleetDocument } from '../schema/fleet-document.ts'
import { describeField, nearFields } from '../index.ts'
import { examples } from './examples.ts'
import { allFields } from './find-field.ts'

const paths = [...allFields().keys()].filter((path) => path !== '')

/** A Fleet with an example in it, and what it needs to be whole. */
function fleetWith(example: string): unknown {
  const document = parse(example) as Record<string, unknown>
  return { name: 'lab', models: [{ name: 'llama-3.1-8b' }], ...document }
}

// proves A1 (real part)
describe('describeField', () => {
  it.each(paths)('gives an example of %s that the schema takes, since people copy it', (path) => {
    const field = describeField(path)
    expect(field?.effect).not.toBe('')
    const result = fleetDocument.safeParse(fleetWith(field?.example ?? ''))
    const steps = path.replaceAll('[]', '.0').split('.')
    const issues = (result.error?.issues ?? []).filter((issue) => {
      const at = issue.path.map(String)
      // Fields beside the one that is shown may be missing in a snippet.
      return steps.every((step, index) => at[index] === undefined || at[index] === step) && at.length >= steps.length
    })
    expect(issues).toEqual([])
  })

  it('has no example for a field that is gone', () => {
    const unused = Object.keys(examples).filter((key) =>
      key.startsWith('*') ? !paths.some((path) => path.endsWith(key.slice(1))) : !paths.includes(key),
    )
    expect(unused).toEqual([])
  })

  it.each([
    'models[].context',
    'models[0].context',
    'models.context',
    'spec.models[3].Context',
    'models.0.context',
    'spec.models.context',
  ])('finds the field by %s', (text) => expect(describeField(text)?.path).toBe('models[].context'))

  it('finds a field by the end of its path, where only one has it', () => {
    expect(describeField('chat.toolParser')?.path).toBe('models[].chat.toolParser')
    expect(describeField('hardware.gpu')).toBeUndefined()
  })

  it('tells all that a person asks of a field', () => {
    expect(describeField('gateway.deadlines.ttft')).toMatchObject({
      type: 'a duration such as 500ms, 5s, 1m30s or 2h',
      unit: 'duration',
      required: false,
      default: '5m',
      effect: expect.stringMatching(/^Until the first byte of a streamed answer\. /),
      active: true,
      actedOnBy: [{ name: 'gateway', title: 'the gateway' }],
      overriddenBy: 'models[].deadlines.ttft',
      variable: 'FAIRLEAD_GATEWAY_DEADLINES_TTFT',
    })
    expect(describeField('models.profile')).toMatchObject({
      allowed: ['throughput', 'latency', 'memory', 'balanced'],
      example: 'models:\n  - name: llama-3.1-8b\n    profile: latency',
      actedOnBy: [{ name: 'engine' }, { name: 'gpu-engine' }, { name: 'plan' }],
      active: true,
    })
    const minReplicas = describeField('models.minReplicas')
    expect(minReplicas?.actedOnBy.map(({ name }) => name)).toContain('plan')
    expect(minReplicas?.active).toBe(true)
    expect(describeField('guard.maxDelay')).toMatchObject({ active: false, actedOnBy: [] })
    expect(describeField('models.limits')?.overrides).toBe('limits')
    expect(describeField('hardware')).toBeUndefined()
  })

  it('lists the fields below a section', () => {
    const { children = [] } = describeField('models.hardware') ?? {}
    expect(children.map(({ path }) => path)).toContain('models[].hardware.memoryFraction')
    expect(describeField('access.keys.value')?.children.map(({ path }) => path)).toContain('access.keys[].value.env')
  })
})

describe('nearFields', () => {
  it.each([
    ['models[].contxt', 'models[].context'],
    ['max-model-len', 'models[].context'],
    ['--gpu-memory-utilization', 'models[].hardware.memoryFraction'],
    ['kv-transfer-config', 'models[].routing.disaggregation.transfer'],
    ['hardware', 'models[].hardware'],
    ['gateway.listn', 'gateway.listen'],
    ['ttft', 'models[].deadlines.ttft'],
  ])('leads from %s to %s', (text, path) => expect(nearFields(text)).toContain(path))

  it('guesses nothing from nonsense', () => expect(nearFields('qqqqqqqq')).toEqual([]))
})
